// A newcomer's first incident in the practice room, from the keyboard only, wide
// and narrow, light and dark. Pictures: build/practice/.

import assert from 'node:assert/strict';
import test from 'node:test';

import { withBrowser } from './browser.mjs';

const WIDE = { width: 1400, height: 900 };
const NARROW = { width: 360, height: 740 };

/** Types a command's path and waits for its fields. */
async function command(me, path) {
    await me.press('/');
    await me.sees('.offers:not([hidden])');
    await me.type(path.slice(0, -2));
    await me.sees('[role=option]', `/${path}`);
    await me.press('Enter');
    await me.sees('form.command', `/${path}`);
}

const room = async (me, name) => {
    if (await me.at('#show-rooms').isVisible()) await me.push('#show-rooms');
    await me.push('.room', name);
    await me.sees('#room-title h1', name);
};

async function become(me, name) {
    await me.tabTo('#who');
    await me.type(name.slice(0, 3));
    await me.page.waitForFunction((wanted) => document.querySelector('#who').selectedOptions[0]?.textContent.startsWith(wanted), name);
}

async function declareAndCommand(me) {
    await me.looksRight('welcome');
    await me.press('/');
    const line = await me.sees('#line');
    await me.sees('.offers:not([hidden])');
    assert.equal(await line.getAttribute('aria-expanded'), 'true');
    assert.ok(await line.getAttribute('aria-activedescendant'));
    await me.looksRight('commands');
    await me.press('Escape');
    await me.gone('.offers');
    assert.equal(await line.inputValue(), '/', 'Esc shuts the list and keeps what was typed');
    await me.press('Backspace');

    await command(me, 'incident declare');
    assert.match(await me.focus(), /^input/, 'the first field has the focus');
    await me.press('Enter');
    await me.sees('.problem', 'title is required.');
    await me.type('Media uploads fail');
    await me.push('.chip', 'severity');
    await me.type('SEV2');
    await me.looksRight('declare');
    await me.tabTo('[data-option=title] input', undefined, 'Shift+Tab');
    await me.press('Enter');

    const answer = await me.sees('.message.private', 'Only you can see this');
    assert.match(await answer.textContent(), /INC-1/);
    await me.looksRight('answer');
    await room(me, 'inc-1-media-uploads-fail');
    await me.sees('.card', 'nobody yet');
    await me.looksRight('war-room');

    await me.push('.components button', "I'll take command");
    await me.sees('.message.private', 'You are commander of INC-1');
    await me.sees('.card', /Commander\s*nova/);
    assert.doesNotMatch(await me.focus(), /^body/, 'the focus is not lost when the card changes');
}

async function keepAnEntry(me) {
    await command(me, 'timeline add');
    await me.type('The media bucket answers 403 since the key was rotated');
    await me.push('.chip', 'time');
    const time = me.at('[data-option=time] input');
    if (await time.getAttribute('role') === 'combobox') {
        await me.sees('[data-option=time] [role=option]');
        await me.looksRight('offers');
        await me.press('ArrowDown');
        await me.press('Enter');
        assert.notEqual(await time.inputValue(), '');
    } else await me.type('5m ago');
    await me.press('Enter');
    await me.sees('.message.private', /Kept as #\d+/);
    await me.sees('.message:not(.private)', 'answers 403 since the key was rotated');
}

async function readAsAReader(me) {
    await become(me, 'finch');
    await room(me, 'inc-1-live');
    await me.sees('.message', 'answers 403 since the key was rotated');
    await me.sees('.read-only', 'read-only');
    assert.equal(await me.at('#line').isVisible(), false, 'there is nothing to write in');
    await me.gone('.message.private');
    await me.looksRight('live-room');
    await me.push('.components button', 'What is happening?');
    await me.sees('.message.private', 'Media uploads fail');
    await me.looksRight('what-is-happening');
}

async function resolveByForm(me) {
    await become(me, 'nova');
    await room(me, 'inc-1-media-uploads-fail');
    await me.push('.components button', 'Resolve');
    await me.sees('dialog', 'Resolve INC-1');
    await me.press('Escape');
    await me.gone('dialog');
    assert.match(await me.focus(), /^button Resolve/, 'the focus goes back to the button');
    await me.press('Enter');
    await me.sees('dialog', 'Resolve INC-1');
    await me.tabTo('dialog textarea');
    await me.type('The key was rotated back, and uploads work again.');
    await me.looksRight('form');
    await me.push('dialog button[type=submit]');
    await me.gone('dialog');
    await me.sees('.message.private', 'INC-1 is resolved');
}

async function readThePostmortem(me) {
    await me.page.locator('a[href^="/postmortem/"]').waitFor({ state: 'attached' });
    await me.looksRight('resolved');
    if (await me.at('#show-rooms').isVisible()) await me.push('#show-rooms');
    await me.push('a[href^="/postmortem/"]', 'Media uploads fail');
    await me.sees('h1', 'Media uploads fail');
    await me.sees('article', 'The key was rotated back');
    await me.sees('article', 'answers 403 since the key was rotated');
    await me.looksRight('postmortem');
    await me.push('#back');
    await me.sees('#room-title h1', 'inc-1-media-uploads-fail');
}

for (const [size, scheme] of [[WIDE, 'light'], [WIDE, 'dark'], [NARROW, 'light'], [NARROW, 'dark']]) {
    test(`an incident from the keyboard, ${size.width} px, ${scheme}`, () => withBrowser({}, async ({ visit }) => {
        const me = await visit({ ...size, scheme, name: `${size.width}-${scheme}` });
        await declareAndCommand(me);
        await keepAnEntry(me);
        await readAsAReader(me);
        await resolveByForm(me);
        await readThePostmortem(me);
    }));
}
