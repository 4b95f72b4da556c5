// make guide-pictures: plays a short incident in the practice room and writes
// the pictures of the user guide into tests/practice/pictures/.

import { mkdirSync, writeFileSync } from 'node:fs';

import { withBrowser } from './browser.mjs';
import { withPalette } from './png.mjs';

const FOLDER = 'tests/practice/pictures';
const MOST_BYTES = 100_000;

/** One window of the guide: wide enough for the rooms, not for the people. */
const WINDOW = { width: 1000, height: 640, name: 'guide', folder: 'build/practice' };

async function picture(me, name) {
    const path = `${FOLDER}/${name}.png`;
    // A blinking caret would make each picture another one.
    const bytes = withPalette(await me.page.screenshot({ caret: 'hide' }));
    console.log(`  ${path}  ${Math.round(bytes.length / 1000)} kB`);
    writeFileSync(path, bytes);
    if (bytes.length > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES} bytes`);
}

/** Opens a command by typing it, with `values` filled in. */
async function command(me, path, values = {}) {
    await me.at('#line').focus();
    await me.type(`/${path} `);
    await me.sees('form.command', `/${path}`);
    for (const [name, value] of Object.entries(values)) {
        const field = me.at(`[data-option="${name}"] :is(input, select)`);
        if (!await field.isVisible()) await me.at(`[data-add="${name}"]`).click();
        await field.focus();
        await me.type(value);
    }
}

async function send(me) {
    await me.at('form.command button[type=submit]').click();
    await me.gone('form.command');
    await me.sees('.message.private');
}

async function dismissAll(me) {
    while (await me.page.locator('.message.private .link').count()) {
        const count = await me.page.locator('.message.private').count();
        await me.at('.message.private .link', 'Dismiss').click();
        await me.page.waitForFunction((before) => document.querySelectorAll('.message.private').length < before, count);
    }
}

async function open(me, room) {
    await me.at('.room', room).click();
    await me.sees('#room-title h1', room);
}

async function become(me, name) {
    await me.at('#who').selectOption({ label: await me.page.locator('#who option', { hasText: name }).textContent() });
    await me.sees('.role-note', name === 'finch' ? 'no role' : 'responder');
}

async function declare(me) {
    await me.at('#line').focus();
    await me.type('/');
    await me.sees('[role=option]', '/incident declare');
    await me.press('Backspace');
    await command(me, 'incident declare', { title: 'Media uploads fail', severity: 'SEV2', started: '10m ago' });
    await me.at('.offers:not([hidden])').waitFor({ state: 'visible' }).catch(() => {});
    await picture(me, 'declare');
    await me.press('Escape');
    await send(me);
}

async function respond(me, room) {
    await open(me, 'inc-1-media-uploads-fail');
    await me.sees('.card', 'Media uploads fail');
    await picture(me, 'war-room');
    await me.at('.components button', 'take command').click();
    await me.sees('.message.private', 'You are commander');
    await me.sees('.card', /Commander\s*nova/);

    const war = await room.guild.channelNamed('inc-1-media-uploads-fail');
    room.guild.member('quill').say(war, 'The bucket answers 403 since the key was rotated at 9. web-2 still has the old one.');
    await dismissAll(me);
    await me.at('.message', 'The bucket answers 403').click({ button: 'right', position: { x: 200, y: 20 } });
    await me.sees('[role=menuitem]', 'Add to timeline');
    await picture(me, 'message-menu');
    await me.at('[role=menuitem]', 'Add to timeline').click();
    await me.sees('.message.private', /Kept as/);
    await dismissAll(me);

    await command(me, 'timeline change', { what: 'MEDIA_KEY', where: 'web-2', from: 'the old key', to: 'the new key', temporary: 'Yes' });
    await send(me);
    await dismissAll(me);
}

async function read(me) {
    await become(me, 'finch');
    await open(me, 'inc-1-live');
    await me.sees('.message', 'MEDIA_KEY');
    await picture(me, 'live-room');
    await me.at('.components button', 'What is happening?').click();
    await me.sees('.message.private');
    await picture(me, 'what-is-happening');
    await dismissAll(me);
}

async function resolve(me) {
    await become(me, 'nova');
    await open(me, 'inc-1-media-uploads-fail');
    await me.at('.components button', 'Resolve').click();
    await me.sees('dialog');
    await me.type('web-2 has the new key, and uploads work again.');
    await me.at('dialog button[type=submit]').click();
    await me.gone('dialog');
    await me.sees('.message.private', /resolve/i);
    await picture(me, 'resolve');
    await me.page.locator('a[href^="/postmortem/"]').waitFor();
    await me.at('a[href^="/postmortem/"]').click();
    await me.sees('article');
    await picture(me, 'postmortem');
}

mkdirSync(FOLDER, { recursive: true });
console.log('The pictures of the user guide:');
await withBrowser({}, async ({ room, visit }) => {
    const me = await visit(WINDOW);
    await declare(me);
    await respond(me, room);
    await read(me);
    await resolve(me);
});
