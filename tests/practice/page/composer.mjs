// Where one writes: a line for talk, which turns into a command's fields after a
// slash. Built from the registered commands, so a new one just appears.

import { Combobox } from './combobox.mjs';
import { announce, h, icon, newId } from './dom.mjs';
import { askOffers, optionField } from './fields.mjs';
import { showForm } from './forms.mjs';
import { act, fileData, member, move, onChange, state } from './state.mjs';

const root = document.getElementById('composer');
const line = h('textarea', { id: 'line', rows: '1', maxlength: '2000', 'aria-label': 'Message, or / for a command' });
const who = h('select', { id: 'who', 'aria-label': 'You are', onchange: () => move({ me: who.value }) });
const roleNote = h('span', { class: 'role-note' });
const files = h('input', { type: 'file', multiple: true, id: 'line-files', class: 'unseen', tabindex: '-1', 'aria-hidden': 'true', onchange: showFiles });
const fileNote = h('div', { class: 'file-note', hidden: true });
const attach = h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': 'Attach files', onclick: () => files.click() }, icon('plus'));
const sendButton = h('button', { type: 'submit', class: 'primary icon-button', 'aria-label': 'Send' }, icon('send'));
const talk = h('form', { class: 'talk', onsubmit: sendTalk });
const readOnly = h('p', { class: 'read-only', hidden: true });
const panel = h('form', { class: 'command', hidden: true, novalidate: true, onsubmit: sendCommand, onkeydown: panelKey, oninput: isMended });
const problem = h('p', { class: 'problem', role: 'alert', hidden: true });

let command = null;  // the one being filled in
let fields = [];

const offers = new Combobox(line, { label: 'Commands', anchor: talk, suggest: commandOffers, pick: ({ command: picked }) => openCommand(picked) });
talk.append(offers.list, attach, files, line, sendButton);
root.append(h('div', { class: 'who-row' }, h('label', { for: 'who' }, 'You are'), who, roleNote),
    problem, panel, fileNote, talk, readOnly);

// ---- the line ----

function commandOffers(text) {
    const typed = /^\/([^\n]*)$/.exec(text)?.[1].toLowerCase();
    if (typed === undefined) return [];
    const wanted = typed.split(' ').filter(Boolean);
    const known = state.commands.slash.filter(({ path, description }) => wanted.every((word) => `${path} ${description}`.toLowerCase().includes(word)));
    const rank = ({ path }) => (path.startsWith(typed.trim()) ? 0 : wanted.every((word) => path.includes(word)) ? 1 : 2);
    return known.sort((one, other) => rank(one) - rank(other))
        .map((one) => ({ label: `/${one.path}`, note: one.description, command: one }));
}

line.addEventListener('input', () => {
    grow();
    // '/timeline add ' is as good as picking it.
    const whole = state.commands.slash.filter(({ path }) => line.value.startsWith(`/${path} `)).sort((one, other) => other.path.length - one.path.length)[0];
    if (whole) openCommand(whole, line.value.slice(whole.path.length + 2));
});
line.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && !event.defaultPrevented) { event.preventDefault(); talk.requestSubmit(); }
});

function grow() {
    line.style.height = 'auto';
    line.style.height = `${Math.min(line.scrollHeight + 2, 180)}px`;
}

function showFiles() {
    const chosen = [...files.files];
    fileNote.hidden = chosen.length === 0;
    fileNote.replaceChildren(...chosen.map(({ name }) => h('span', { class: 'chip' }, name)),
        h('button', { type: 'button', class: 'quiet', onclick: () => { files.value = ''; showFiles(); attach.focus(); } }, 'Remove'));
}

async function sendTalk(event) {
    event.preventDefault();
    const text = line.value.trim();
    if (!text && !files.files.length) return;
    if (text.startsWith('/')) {
        const [first] = commandOffers(text);
        say(first ? `There is no command ${text}. Did you mean ${first.label}?` : `There is no command ${text}. Type / to see them.`);
        return;
    }
    await attempt(async () => {
        await act('say', { text: line.value, files: await Promise.all([...files.files].map(fileData)) });
        line.value = '';
        files.value = '';
        showFiles();
        grow();
    });
}

function say(words) {
    problem.textContent = words ?? '';
    problem.hidden = !words;
}

async function attempt(work) {
    say(null);
    root.setAttribute('aria-busy', 'true');
    try {
        await work();
    } catch (error) {
        say(error.message);
    }
    root.removeAttribute('aria-busy');
}

// ---- a command ----

function openCommand(picked, rest = '') {
    command = picked;
    fields = [];
    say(null);
    const optional = h('div', { class: 'optional', role: 'group', 'aria-label': 'Optional' });
    const list = h('div', { class: 'fields' });
    panel.replaceChildren(
        h('div', { class: 'command-head' }, h('strong', { id: newId('command') }, `/${picked.path}`), h('span', { class: 'about' }, picked.description),
            h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': 'Close the command', onclick: closeCommand }, icon('close'))),
        list, optional,
        h('div', { class: 'command-foot' }, h('button', { type: 'submit', class: 'primary' }, 'Send'), h('span', { class: 'keys' }, 'Enter sends, Esc closes')));
    panel.setAttribute('aria-label', `/${picked.path}`);
    panel.hidden = false;
    talk.hidden = true;
    for (const option of picked.options.filter(({ required }) => required)) addField(option, list);
    for (const option of picked.options.filter(({ required }) => !required)) optional.append(optionalButton(option, list));
    prefill(rest, list, optional);
    (fields.find((field) => field.value() === undefined) ?? fields[0] ?? panel.querySelector('.command-foot button')).focus();
    announce(`/${picked.path}: ${picked.description}`);
}

const offersOf = (name, text) => askOffers(command.path, { ...textValues(), [name]: text }, name);
/** What is filled in so far; files are not asked about. */
const textValues = () => Object.fromEntries(fields.map((field) => [field.name, field.value()]).filter(([, value]) => value !== undefined && !(value instanceof Promise)));

function addField(option, list, remove) {
    const field = optionField(option, { offers: offersOf, remove });
    fields.push(field);
    list.append(field.element);
    return field;
}

function optionalButton(option, list) {
    const button = h('button', { type: 'button', class: 'chip', title: option.description, 'data-add': option.name, onclick: () => show().focus() }, h('span', { 'aria-hidden': 'true' }, '+ '), option.name);
    function show() {
        const field = addField(option, list, () => {
            fields = fields.filter((one) => one !== field);
            field.element.remove();
            button.hidden = false;
            button.focus();
        });
        button.hidden = true;
        return field;
    }
    button.show = show;
    return button;
}

/** 'Disk full severity:SEV1': named options, and the rest is the first one. */
function prefill(text, list, optional) {
    const names = command.options.map(({ name }) => name);
    const parts = text.split(new RegExp(`(?:^|\\s)(${names.join('|') || '\\b\\B'}):`));
    const set = (name, value) => {
        const button = optional.querySelector(`[data-add="${CSS.escape(name)}"]`);
        const field = fields.find((one) => one.name === name) ?? button?.show();
        field?.set(value);
    };
    if (parts[0].trim() && names[0]) set(names[0], parts[0].trim());
    for (let at = 1; at < parts.length; at += 2) set(parts[at], parts[at + 1].trim());
}

function closeCommand() {
    command = null;
    fields = [];
    panel.hidden = true;
    panel.replaceChildren();
    say(null);
    showWritable();
    line.value = '';
    grow();
    if (!talk.hidden) line.focus();
}

function panelKey(event) {
    if (event.key === 'Escape' && !event.defaultPrevented) { event.preventDefault(); closeCommand(); }
    // An empty first field and Backspace: back to the line, as in Discord.
    if (event.key === 'Backspace' && event.target === fields[0]?.control && event.target.value === '') { event.preventDefault(); closeCommand(); }
}

function isMended({ target }) {
    target.removeAttribute('aria-invalid');
    say(null);
}

async function sendCommand(event) {
    event.preventDefault();
    const sent = command;
    await attempt(async () => {
        const entries = await Promise.all(fields.map(async (field) => [field.name, await field.value()]));
        const values = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
        const missing = fields.find(({ name }) => sent.options.some((option) => option.name === name && option.required) && values[name] === undefined);
        if (missing) { missing.control.setAttribute('aria-invalid', 'true'); missing.focus(); throw new Error(`${missing.name} is required.`); }
        const { form } = await act('command', { command: sent.path, values });
        if (command === sent) closeCommand();
        if (form) showForm(form);
    });
}

// ---- who and where ----

/** Puts words on the line, as if typed. */
export function type(text) {
    if (command) closeCommand();
    if (talk.hidden) { announce('You cannot write in this room.'); return; }
    line.value = text;
    line.focus();
    line.dispatchEvent(new Event('input'));
}

function showWritable() {
    const room = state.view?.room;
    talk.hidden = Boolean(command) || !room?.writable;
    readOnly.hidden = Boolean(room?.writable);
    if (room && !room.writable) readOnly.textContent = `#${room.name} is read-only: only opsroom writes here. Commands work in the other rooms.`;
    if (room) line.setAttribute('placeholder', 'Message, or / for a command');
    if (command && !room?.writable) closeCommand();
}

function showWho() {
    const persons = state.view.members.filter(({ bot }) => !bot);
    const known = persons.map(({ id, name }) => `${id}${name}`).join();
    if (who.dataset.known !== known) {
        who.replaceChildren(...persons.map(({ id, name, roles, owner }) => h('option', { value: id }, `${name}${owner ? ' (owner)' : roles.length ? '' : ' (reader)'}`)));
        who.dataset.known = known;
    }
    const { me } = state.view;
    who.value = me.id;
    const roles = member(me.id)?.roles ?? [];
    roleNote.textContent = roles.length ? roles.join(', ') : 'no role: may read and declare';
}

onChange('view', () => { showWho(); showWritable(); });
onChange('moved', () => { if (command) closeCommand(); say(null); });
