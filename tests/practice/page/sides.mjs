// The list of rooms and the list of people, beside the messages or, on a narrow
// screen, over them.

import { avatar, h, icon, unseen } from './dom.mjs';
import { openMenu } from './menu.mjs';
import { showForm } from './forms.mjs';
import { notice } from './notice.mjs';
import { type } from './composer.mjs';
import { act, move, onChange, state } from './state.mjs';

const CATEGORY = 4;
const rooms = document.getElementById('room-list');
const people = document.getElementById('people-list');

// ---- rooms ----

const seenKey = (id) => `${state.view.me.id} ${id}`;

function isUnread({ id, last }) {
    const seen = state.seen.get(seenKey(id));
    return seen !== undefined && last !== null && last !== seen;
}

/** What was there before a person came is not new to them. */
function noteSeen() {
    for (const { id, last } of state.view.channels) {
        if (!state.seen.has(seenKey(id))) state.seen.set(seenKey(id), last ?? '');
        if (id === state.room) state.seen.set(seenKey(id), last);
    }
}

function roomRow(channel) {
    const kind = channel.limited ? 'lock' : channel.writable ? 'hash' : 'eye';
    const about = [channel.limited && 'private', !channel.writable && 'read-only'].filter(Boolean).join(', ');
    const unread = channel.id !== state.room && isUnread(channel);
    return h('li', {}, h('button', {
        type: 'button', class: `room${unread ? ' unread' : ''}${channel.thread ? ' thread' : ''}`, 'aria-current': channel.id === state.room ? 'page' : undefined,
        'data-room': channel.id, title: about || undefined, onclick: () => { shutSides(); move({ room: channel.id }); },
    }, icon(kind), h('span', { class: 'room-name' }, channel.name), about && unseen(`, ${about}`), unread && h('span', { class: 'new' }, 'new')));
}

function group(title, rows) {
    return rows.length ? h('section', {}, title && h('h2', {}, title), h('ul', { role: 'list' }, rows)) : null;
}

function showRooms() {
    noteSeen();
    const { channels, postmortems } = state.view;
    const held = document.activeElement?.dataset?.room;
    const of = (parent) => channels.filter((one) => one.type !== CATEGORY && !one.thread && one.parent === parent)
        .flatMap((one) => [one, ...channels.filter((thread) => thread.thread && thread.parent === one.id)]).map(roomRow);
    const parts = [
        group('', of(null)),
        ...channels.filter(({ type: kind }) => kind === CATEGORY).map((category) => group(category.name, of(category.id))),
        group('Postmortems', postmortems.map(({ branch, title, limited }) => h('li', {}, h('a', { class: 'room', href: `/postmortem/${state.view.me.id}/${encodeURIComponent(branch)}/` }, icon(limited ? 'lock' : 'book'), h('span', { class: 'room-name' }, title), limited && unseen(', private'))))),
    ];
    rooms.replaceChildren(...parts.filter(Boolean));
    if (held) rooms.querySelector(`[data-room="${held}"]`)?.focus();
}

// ---- people ----

function personMenu(one, at, back) {
    const use = (name) => async () => {
        try {
            const { form } = await act('menu', { name, member: one.id });
            if (form) showForm(form);
        } catch (error) {
            notice(error.message);
        }
    };
    const { onMember } = state.commands;
    openMenu({
        label: one.name, at, back,
        items: [
            ...(onMember.length ? [{ heading: 'Apps' }, ...onMember.map((name) => ({ label: name, act: use(name) }))] : []),
            { heading: one.name },
            { label: 'Mention', act: () => { shutSides(); type(`<@${one.id}> `); } },
            ...(one.bot || one.id === state.view.me.id ? [] : [{ label: `Become ${one.name}`, act: () => { shutSides(); move({ me: one.id }); } }]),
        ],
    });
}

function personRow(one) {
    const about = one.bot ? 'app' : [one.owner && 'owner', ...one.roles].filter(Boolean).join(', ') || 'reader';
    const button = h('button', {
        type: 'button', class: 'person', 'data-person': one.id, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => personMenu(one, button, button),
        oncontextmenu: (event) => { event.preventDefault(); personMenu(one, event.clientX ? { x: event.clientX, y: event.clientY } : button, button); },
    }, avatar(one),
    h('span', { class: 'person-name' }, one.name, one.id === state.view.me.id && h('span', { class: 'tag' }, 'you')), h('span', { class: 'about' }, about));
    return h('li', {}, button);
}

let knownPeople = '';
function showPeople() {
    const text = JSON.stringify([state.view.members, state.view.me.id, state.commands.onMember]);
    if (text === knownPeople) return;
    knownPeople = text;
    const held = document.activeElement?.dataset?.person;
    people.replaceChildren(h('ul', { role: 'list' }, state.view.members.map(personRow)));
    if (held) people.querySelector(`[data-person="${held}"]`)?.focus();
}

// ---- on a narrow screen ----

const sides = [['show-rooms', 'rooms'], ['show-people', 'people']].map(([opener, side]) => [document.getElementById(opener), document.getElementById(side)]);

export function shutSides() {
    for (const [opener, side] of sides) { side.classList.remove('open'); opener.setAttribute('aria-expanded', 'false'); }
}

for (const [opener, side] of sides) {
    opener.append(icon(side.id === 'rooms' ? 'menu' : 'people'));
    opener.addEventListener('click', () => {
        const isOpen = side.classList.contains('open');
        shutSides();
        if (isOpen) return;
        side.classList.add('open');
        opener.setAttribute('aria-expanded', 'true');
        side.querySelector('.close-side').focus();
    });
    const shut = side.querySelector('.close-side');
    shut.append(icon('close'));
    const leave = () => { shutSides(); opener.focus(); };
    shut.addEventListener('click', leave);
    side.addEventListener('keydown', (event) => { if (event.key === 'Escape' && side.classList.contains('open')) leave(); });
}
document.getElementById('main').addEventListener('pointerdown', (event) => { if (!event.target.closest('#show-rooms, #show-people')) shutSides(); });

onChange('view', () => { showRooms(); showPeople(); });
onChange('commands', () => { if (state.view) showPeople(); });
