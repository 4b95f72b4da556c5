// The real bot's rooms in the practice room: menus, who sees what, and a room
// that its owner deletes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { withBrowser } from './browser.mjs';

const declare = async (me, text) => {
    await me.tabTo('#line');
    await me.page.keyboard.insertText(`/incident declare ${text}`);
    await me.push('form.command button[type=submit]');
    await me.sees('.message.private', 'Only you can see this');
};

test('a message goes into the timeline with two presses', () => withBrowser({}, async ({ room, visit }) => {
    const me = await visit({ name: 'keep' });
    await declare(me, 'Media uploads fail');
    await me.push('.room', 'inc-1-media-uploads-fail');
    await me.sees('.card', 'Media uploads fail');
    const war = await room.guild.channelNamed('inc-1-media-uploads-fail');
    room.guild.member('quill').say(war, 'The bucket answers 403 since 09:12');
    await me.tabTo('.message[tabindex="0"]');
    await me.press('End');
    assert.match(await me.focus(), /^li quill/);
    await me.press('Enter');
    await me.sees('[role=menuitem]', 'Add to timeline');
    await me.looksRight('menu');
    await me.press('Enter');
    await me.sees('.message.private', /Kept as #\d+/);
    await me.sees('.message:not(.private)', /note · quill: The bucket answers 403/);
    await me.push('.room', 'inc-1-live');
    await me.sees('.message', /note · quill: The bucket answers 403/);
}));

test('a room opens at its end, whatever stands above', () => withBrowser({}, async ({ visit }) => {
    const me = await visit({ name: 'end', height: 640 });
    await declare(me, 'Media uploads fail');
    await me.push('.room', 'ops');
    await me.sees('#room-title h1', 'ops');
    await me.push('.room', 'general');
    await me.sees('#room-title h1', 'general');
    await me.page.waitForFunction(() => document.querySelector('.message.private').getBoundingClientRect().bottom <= document.querySelector('#line').getBoundingClientRect().top);
}));

test('a private incident is for its responders', () => withBrowser({}, async ({ visit }) => {
    const me = await visit({ name: 'private' });
    await declare(me, 'Keys leaked private:Yes');
    await me.push('.room', 'inc-1');
    await me.sees('#topic .tag', 'Private');
    await me.sees('.card', 'Keys leaked');
    await me.looksRight('room');
    await me.tabTo('#who');
    await me.type('finch');
    await me.sees('.role-note', 'no role');
    await me.sees('#room-title h1', 'general');
    assert.doesNotMatch(await me.page.locator('body').textContent(), /Keys leaked|inc-1/);
}));

test('a war room that is deleted is made again', () => withBrowser({}, async ({ room, visit }) => {
    const me = await visit({ name: 'deleted', as: 'marlow' });
    await declare(me, 'Media uploads fail');
    await me.push('.room', 'inc-1-media-uploads-fail');
    await me.sees('.card', 'Media uploads fail');
    const before = await room.guild.channelNamed('inc-1-media-uploads-fail');
    await me.push('#room-menu');
    await me.sees('[role=menuitem]', 'Delete this room');
    await me.press('Enter');
    await me.sees('#room-title h1', 'general');
    assert.ok(!room.guild.channels.has(before.id));
    await me.push('.room', 'inc-1-media-uploads-fail');
    await me.sees('.card', 'Media uploads fail');
}));

test('a real outage is played, to be watched', () => withBrowser({ paceMs: 0 }, async ({ visit }) => {
    const me = await visit({ name: 'outage' });
    await me.push('#welcome button', 'Watch a real outage');
    await me.sees('#room-title h1', /^inc-1-global-outage/);
    await me.sees('.message', /dma: Mastodon web services look healthy/);
    await me.sees('.room', /^Global outage/);
    await me.looksRight('over');
    await me.push('.room', /^Global outage/);
    await me.sees('article h2', 'Timeline');
    await me.looksRight('postmortem');
}));

test('the forum breaks and is mended with a press each', () => withBrowser({}, async ({ room, visit }) => {
    const me = await visit({ name: 'forum' });
    await me.push('#forum', 'Break the forum');
    await me.sees('#forum', 'Mend the forum');
    await me.looksRight('broken');
    assert.equal((await fetch(room.forum.address)).status, 502);
    await me.push('#forum', 'Mend the forum');
    await me.sees('#forum', 'Break the forum');
    assert.equal((await fetch(room.forum.address)).status, 200);
}));
