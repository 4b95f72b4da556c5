// The practice room's page. Each module draws its part whenever state.mjs hears
// something new; this one draws the head of the room and ties them together.

import { type } from './composer.mjs';
import { announce, h, icon } from './dom.mjs';
import { words } from './markdown.mjs';
import { keepTime } from './markdown_view.mjs';
import { openMenu } from './menu.mjs';
import { showLater, showMessage } from './messages.mjs';
import { names } from './names.mjs';
import { notice } from './notice.mjs';
import { act, begin, move, onChange, state } from './state.mjs';
import { nextTheme, theme } from './theme.mjs';
import { shutSides } from './sides.mjs';

const at = (id) => document.getElementById(id);
const title = document.querySelector('#room-title h1');

names.type = type;
names.open = (id, message) => {
    if (message && id === state.room) { showMessage(message); return; }
    if (message) showLater(message);
    shutSides();
    move({ room: id });
};

// ---- the head ----

function showHead({ view }) {
    const { room, guild } = view;
    at('guild-name').textContent = guild;
    document.title = room ? `#${room.name} · opsroom practice` : 'opsroom practice';
    title.replaceChildren(icon(!room ? 'hash' : room.limited ? 'lock' : room.writable ? 'hash' : 'eye'), h('span', {}, room?.name ?? 'No room'));
    const access = room && [room.limited && 'Private', !room.writable && 'Read-only'].filter(Boolean).join(', ');
    at('topic').replaceChildren(...[access && h('span', { class: 'tag' }, access), room?.topic && h('span', { class: 'topic-text', title: room.topic }, room.topic)].filter(Boolean));
    const pins = room?.pins ?? [];
    at('show-pins').hidden = pins.length === 0;
    at('room-menu').hidden = !room?.manages.room;
    at('show-pins').replaceChildren(icon('pin'), h('span', {}, `${pins.length} pinned`));
}

at('show-pins').addEventListener('click', () => {
    const { room } = state.view;
    const pinned = room.messages.filter(({ id }) => room.pins.includes(id));
    openMenu({
        label: 'Pinned messages', at: at('show-pins'), back: at('show-pins'),
        items: pinned.map((message) => ({ label: words(message.embeds[0]?.title || message.content).slice(0, 60) || 'A message', act: () => showMessage(message.id) })),
    });
});

at('room-menu').append(icon('more'));
at('room-menu').addEventListener('click', () => openMenu({
    label: 'Menu of the room', at: at('room-menu'), back: at('room-menu'),
    items: [{ label: 'Delete this room', danger: true, act: () => act('removeRoom').catch((error) => notice(error.message)) }],
}));

function showTheme(chosen) {
    at('theme').replaceChildren(icon({ system: 'auto', light: 'sun', dark: 'moon' }[chosen]));
    at('theme').setAttribute('aria-label', { system: 'Colours: as the system', light: 'Colours: light', dark: 'Colours: dark' }[chosen]);
    at('theme').title = at('theme').getAttribute('aria-label');
}
at('theme').addEventListener('click', () => { const chosen = nextTheme(); showTheme(chosen); announce(at('theme').title); });
showTheme(theme());

// ---- the welcome ----

const FIRST_STEPS = [
    ['Declare an incident', '/incident declare Media uploads fail severity:SEV2'],
    ['See what else there is', '/'],
];

/** What the example is about stands selected: typing over it makes it one's own. */
function start(text) {
    type(text);
    if (text !== '/') document.activeElement.select?.();
}

async function watch() {
    try {
        const { room } = await act('outage');
        move({ room });
    } catch (error) {
        notice(error.message);
    }
}

async function turnForum() {
    try {
        await act('forum', { broken: !state.view.forumIsBroken });
    } catch (error) {
        notice(error.message);
    }
}

function showWelcome({ view }) {
    const box = at('welcome');
    const first = view.channels.find(({ type: kind }) => kind !== 4);
    box.hidden = view.room?.id !== first?.id;
    const forum = view.forumIsBroken ? 'Mend the forum' : 'Break the forum';
    if (box.childElementCount) at('forum').textContent = forum;
    if (box.hidden || box.childElementCount) return;
    box.append(
        h('h2', {}, 'Practise an incident'),
        h('p', {}, 'This is the real opsroom with a stand-in for Discord. Nothing leaves this computer, and nobody is woken.'),
        h('div', { class: 'row' }, FIRST_STEPS.map(([label, text], index) => h('button', { type: 'button', class: index ? '' : 'primary', onclick: () => start(text) }, label)),
            h('button', { type: 'button', onclick: watch }, 'Watch a real outage'),
            h('button', { type: 'button', id: 'forum', onclick: turnForum }, forum)),
        h('ul', {},
            h('li', {}, h('kbd', {}, '/'), ' begins a command, ', h('kbd', {}, 'Tab'), ' moves on, ', h('kbd', {}, 'Enter'), ' sends, ', h('kbd', {}, 'Esc'), ' closes.'),
            h('li', {}, 'A message or a person has a menu: right-click, or ', h('kbd', {}, 'Enter'), ' on it; arrow keys walk the messages.'),
            h('li', {}, 'Be somebody else with “You are”: finch, a reader, sees less than nova. Open a second tab to be two people.'),
            h('li', {}, 'opsroom looks at a forum every two seconds: break it, then read #announcements and ', h('kbd', {}, '/probe list'), '.'),
            h('li', {}, 'When an incident is resolved, its postmortem appears under “Postmortems”.')));
}

// ---- keys and connection ----

addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, textarea, select, dialog, [role=menu]');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); type('/'); }
});

let wasOffline = false;
onChange('offline', () => { wasOffline = true; notice('The practice room does not answer. Is it still running in the terminal? Trying again.'); });
onChange('online', () => { if (wasOffline) notice(null); wasOffline = false; });

let told = '';
onChange('view', (now) => {
    showHead(now);
    showWelcome(now);
    const where = now.view.room && `${now.view.me.name}, in #${now.view.room.name}`;
    if (where !== told) { if (told) announce(`You are ${where}`); told = where; }
});
onChange('moved', () => notice(null));

keepTime();
begin();
