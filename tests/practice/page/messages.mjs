// The open room's messages. Only what changed is made anew, and the focus stays
// where it was, because cards are edited under people's hands.

import { components, embedView, fileView } from './components.mjs';
import { announce, avatar, clock, h, icon, unseen } from './dom.mjs';
import { words } from './markdown.mjs';
import { markdown } from './markdown_view.mjs';
import { openMenu } from './menu.mjs';
import { names } from './names.mjs';
import { notice } from './notice.mjs';
import { showForm } from './forms.mjs';
import { act, onChange, state } from './state.mjs';

const TOGETHER_MS = 7 * 60_000;
const PIN_NOTE = 6;

const box = document.getElementById('messages-box');
const list = document.getElementById('messages');
const jump = document.getElementById('jump');
const shown = new Map(); // id -> {text, element}
let place = null;        // "person room" that is shown
let wanted = null;       // a message to show when it is there
let known = new Set();   // ids that have been announced
let sticks = true;       // the last message stays in sight, also when the room gets lower

// ---- one message ----

function head(message) {
    const { author, at } = message;
    const when = new Date(at);
    return h('div', { class: 'head' }, h('span', { class: 'author' }, author.name), author.bot && h('span', { class: 'tag' }, 'app'),
        h('time', { datetime: when.toISOString(), title: when.toLocaleString('en-GB') }, clock(at)));
}

function occasion({ asked, refers }) {
    if (asked?.what) return h('p', { class: 'occasion' }, h('b', {}, asked.by), ' used ', h('span', { class: 'mention' }, asked.what));
    if (asked?.on) return h('p', { class: 'occasion' }, h('b', {}, asked.by), ' pressed a button of ', h('button', { type: 'button', class: 'mention', onclick: () => showMessage(asked.on) }, 'this message'));
    if (asked) return h('p', { class: 'occasion' }, h('b', {}, asked.by), ' sent a form');
    return refers ? h('p', { class: 'occasion' }, 'In answer to ', h('button', { type: 'button', class: 'mention', onclick: () => showMessage(refers) }, 'this message')) : null;
}

function body(message) {
    if (message.pending) return h('p', { class: 'small waiting' }, 'Sending…');
    if (message.thinking) return h('p', { class: 'small waiting' }, `${message.author.name} is thinking…`);
    return [
        message.content && markdown(message.content, names),
        !message.quiet && message.embeds.map(embedView),
        !message.rich && message.files.map(fileView),
        message.components.length > 0 && h('div', { class: 'components' }, components(message, notice)),
        message.edited && h('span', { class: 'edited' }, '(edited)'),
    ];
}

function messageView(message, isFollowing) {
    if (message.type === PIN_NOTE) {
        return h('li', { class: 'message note', tabindex: '-1', id: `m${message.id}`, 'aria-label': `${message.author.name} pinned a message, ${clock(message.at)}` }, icon('pin'), h('span', {}, h('b', {}, message.author.name), ' pinned ',
            h('button', { type: 'button', class: 'mention', onclick: () => showMessage(message.refers) }, 'a message')), h('time', {}, clock(message.at)));
    }
    const more = h('button', {
        type: 'button', class: 'quiet icon-button more', tabindex: '-1', 'aria-haspopup': 'menu', 'aria-expanded': 'false',
        'aria-label': `Menu of the message of ${message.author.name}, ${clock(message.at)}`, 'data-focus': 'more', onclick: () => menuOf(message, more, element),
    }, icon('more'));
    const element = h('li', {
        class: `message${isFollowing ? ' following' : ''}${message.ephemeral ? ' private' : ''}${message.failed ? ' failed' : ''}`, tabindex: '-1', id: `m${message.id}`,
        'aria-label': `${message.author.name}, ${clock(message.at)}`,
        oncontextmenu: (event) => {
            if (event.target.closest('a, input, textarea')) return;
            event.preventDefault();
            menuOf(message, event.clientX ? { x: event.clientX, y: event.clientY } : more, element);
        },
    },
    isFollowing ? h('time', { class: 'side-time', 'aria-hidden': 'true' }, clock(message.at)) : avatar(message.author),
    h('div', { class: 'content' }, occasion(message), isFollowing ? unseen(`${message.author.name}: `) : head(message), body(message),
        message.ephemeral && !message.pending && h('p', { class: 'only-you' }, icon('eye'), 'Only you can see this. ',
            h('button', { type: 'button', class: 'link', 'data-focus': 'dismiss', onclick: () => dismiss(message) }, 'Dismiss'))),
    !message.pending && !message.failed && more);
    return element;
}

async function dismiss({ id }) {
    const element = document.getElementById(`m${id}`);
    const next = element?.previousElementSibling ?? element?.nextElementSibling;
    await act('dismiss', { message: id }).catch((error) => notice(error.message));
    if (next) focusMessage(next);
}

// ---- its menu ----

function menuOf(message, at, element) {
    const use = (name) => async () => {
        try {
            const { form } = await act('menu', { name, message: message.id });
            if (form) showForm(form);
        } catch (error) {
            notice(error.message);
        }
    };
    const { onMessage } = state.commands;
    const me = state.view.me.id;
    const { manages } = state.view.room;
    const items = [
        ...(message.ephemeral ? [] : onMessage.length ? [{ heading: 'Apps' }, ...onMessage.map((name) => ({ label: name, act: use(name) }))] : []),
        { heading: 'Message' },
        { label: 'Copy text', act: () => copy(message) },
        ...(message.ephemeral ? [{ label: 'Dismiss', act: () => dismiss(message) }]
            : message.author.id === me || manages.messages ? [{ label: 'Delete message', danger: true, act: () => remove(message) }] : []),
    ];
    openMenu({ label: `Message of ${message.author.name}`, items, at, back: element });
}

const copy = (message) => navigator.clipboard.writeText(message.content || message.embeds.map(({ title, description }) => `${title}\n${description}`).join('\n'))
    .then(() => announce('Copied'), () => notice('The browser did not let the text be copied.'));

const remove = (message) => act('remove', { message: message.id }).catch((error) => notice(error.message));

// ---- the list ----

const atBottom = () => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const toBottom = () => { box.scrollTop = box.scrollHeight; sticks = true; jump.hidden = true; };

export function showMessage(id) {
    const element = document.getElementById(`m${id}`);
    if (!element) { notice('That message is not in this room any more.'); return; }
    focusMessage(element);
    element.scrollIntoView({ block: 'center' });
    element.classList.add('found');
    setTimeout(() => element.classList.remove('found'), 2000);
}

/** Shows the message as soon as its room is. */
export function showLater(id) { wanted = id; }

function render({ view }) {
    const { room } = view;
    const now = `${view.me.id} ${room?.id}`;
    const isNew = now !== place;
    if (isNew) { shown.clear(); list.replaceChildren(); known = new Set(room?.messages.map(({ id }) => id)); }
    place = now;
    const messages = room?.messages ?? [];
    const isAnswered = messages.some((message) => !known.has(message.id) && !message.pending && !message.thinking && (message.ephemeral || message.author.id === view.me.id));
    const follow = isNew || sticks || isAnswered;
    list.setAttribute('aria-label', room ? `Messages in #${room.name}` : 'Messages');
    // Names of rooms and people stand in messages: they are part of what is shown.
    const world = JSON.stringify([view.channels.map(({ id, name }) => [id, name]), view.members.map(({ id, name }) => [id, name])]);
    const keep = new Set();
    let previous = null;
    let at = list.firstElementChild;
    for (const message of messages) {
        keep.add(message.id);
        const isFollowing = Boolean(previous) && previous.author.id === message.author.id && !message.asked && !message.refers && !previous.ephemeral && previous.type !== PIN_NOTE
            && !message.ephemeral && message.at - previous.at < TOGETHER_MS;
        const text = JSON.stringify([message, isFollowing, world]);
        let entry = shown.get(message.id);
        if (!entry || entry.text !== text) {
            const isNext = entry !== undefined && entry.element === at;
            entry = replaceEntry(message, isFollowing, text, entry);
            if (isNext) at = entry.element;
        }
        if (entry.element !== at) list.insertBefore(entry.element, at);
        else at = at.nextElementSibling;
        previous = message;
    }
    for (const [id, { element }] of shown) if (!keep.has(id)) { element.remove(); shown.delete(id); }
    setTabStop();
    tellNew(messages, follow);
    if (wanted && document.getElementById(`m${wanted}`)) { showMessage(wanted); wanted = null; } else if (follow) toBottom();
}

function replaceEntry(message, isFollowing, text, old) {
    const element = messageView(message, isFollowing);
    const held = old?.element.contains(document.activeElement) ? document.activeElement : null;
    if (old) old.element.replaceWith(element);
    const entry = { text, element };
    shown.set(message.id, entry);
    if (held) {
        const key = held.dataset.focus;
        const again = key && [...element.querySelectorAll('[data-focus]')].find((one) => one.dataset.focus === key && !one.disabled);
        if (again) again.focus(); else focusMessage(element);
    }
    return entry;
}

function tellNew(messages, follow) {
    const fresh = messages.filter(({ id, pending, thinking }) => !known.has(id) && !pending && !thinking);
    for (const { id } of fresh) known.add(id);
    const last = fresh.at(-1);
    if (!last) return;
    if (last.author.id !== state.view.me.id) announce(`${last.author.name}${last.ephemeral ? ', only to you' : ''}: ${words(last.content || last.embeds[0]?.title || '').slice(0, 300) || 'a message'}`);
    if (!follow) jump.hidden = false;
}

// The list is one tab stop; arrows walk it.
function setTabStop(element = list.querySelector('[tabindex="0"]') ?? list.lastElementChild) {
    for (const one of list.querySelectorAll(':scope > [tabindex="0"]')) if (one !== element) one.setAttribute('tabindex', '-1');
    element?.setAttribute('tabindex', '0');
}

function focusMessage(element) {
    setTabStop(element);
    element.focus();
}

list.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) document.getElementById('line').focus();
    if (event.target.parentElement !== list) return;
    const { target: now, key } = event;
    const to = { ArrowUp: now.previousElementSibling, ArrowDown: now.nextElementSibling, Home: list.firstElementChild, End: list.lastElementChild }[key];
    if (to) { event.preventDefault(); focusMessage(to); to.scrollIntoView({ block: 'nearest' }); }
    if (key === 'Enter' || key === ' ') { event.preventDefault(); now.querySelector('.more')?.click(); }
});
jump.append(icon('send'));
jump.addEventListener('click', () => { toBottom(); if (list.lastElementChild) focusMessage(list.lastElementChild); });
box.addEventListener('scroll', () => { sticks = atBottom(); if (sticks) jump.hidden = true; }, { passive: true });
// What is in it grows, too: the welcome is shown later, and pictures arrive.
const stick = new ResizeObserver(() => { if (sticks) toBottom(); });
for (const one of [box, ...box.children]) stick.observe(one);

onChange('view', render);
