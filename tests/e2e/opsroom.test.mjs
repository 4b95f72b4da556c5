// What admins ask of the running bot, and a postmortem read and written in Discord.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import test from 'node:test';

import { realClock } from '../discord/clock.mjs';
import { declare, scene, stage, told } from './stage.mjs';

const options = {
    guilds: [{
        roles: [{ name: 'admin', permissions: ['ADMINISTRATOR'] }], channels: ['general'],
        members: [{ name: 'nova', roles: ['admin'] }, 'quill', 'finch'],
    }],
    settings: (guild) => ({ access: { admin: [guild.role('admin').id] } }),
};
const file = (answer) => answer.message.attachments[0];

scene('setup, health and export are for admins', options, async ({ standin, guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    assert.ok(!quill.sees('/opsroom health'));
    const health = await nova.slash('/opsroom health');
    assert.match(health.text, /Gateway\*\* connected for.*All is well/s);
    assert.ok(health.ephemeral);
    assert.match((await nova.slash('/opsroom setup')).text, /has every permission it needs.*may administer opsroom: <@&/s);
    standin.faults.revoke('PIN_MESSAGES');
    const setup = await nova.slash('/opsroom setup');
    assert.match(setup.text, /Missing in this channel\*\*\n- Pin Messages: to pin the card\n/);
    const [, permissions] = /permissions `(\d+)`/.exec(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));
    assert.ok(setup.text.includes(`permissions=${permissions}&`), 'the README invites with what is needed');

    const exported = await nova.slash('/opsroom export', {}, { channel: war });
    assert.equal(file(exported).name, 'inc-1.json');
    const text = file(exported).bytes.toString();
    assert.equal(text, bot.run('timeline', '--incident', '1', '--json').out);
    assert.ok(exported.text.includes(JSON.parse(text).record_sha256));
});

// Ours is half an hour ahead: what is sent now did not begin to wait then.
const slow = Object.assign(realClock(), { now: () => Date.now() - 30 * 60_000 });
scene('by a fast clock, too: health and metrics say how long something waits', { ...options, clock: slow }, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    await war.message('Logins fail');
    standin.faults.delay('create_message', 10_000, 1);
    await nova.slash('/timeline add', { text: 'Restarted the queue' }, { channel: war });
    await standin.until(() => standin.trace.some(({ kind, text }) => kind === 'fault' && /create_message/.test(text)), 'the message on its way');
    assert.match((await nova.slash('/opsroom health')).text, /tried 1 time in \d+ seconds?\n/);
    const [, address] = await bot.logged(/event=listening address=(\S+)/);
    const page = await (await fetch(`http://${address}/metrics`)).text();
    assert.ok(Number(/^opsroom_outbox_oldest_age_seconds (\S+)$/m.exec(page)[1]) < 60, page);
});

/** A line to `target` that carries so many bytes a second. */
async function slowLine(bytesPerSecond) {
    const line = { port: 0 };
    const server = createServer((near) => {
        const far = connect(line.target, '127.0.0.1');
        let freeAt = 0;
        near.on('data', (bytes) => {
            freeAt = Math.max(freeAt, Date.now()) + (1000 * bytes.length) / bytesPerSecond;
            near.pause();
            setTimeout(() => { far.write(bytes); near.resume(); }, freeAt - Date.now());
        });
        far.pipe(near);
        for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => {}).on('close', () => other.destroy());
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
    return Object.assign(line, { port: server.address().port, close: () => server.close() });
}

test('a record that takes longer to send than Discord waits is sent all the same', async () => {
    const line = await slowLine(128 * 1024); // 1 Mbit/s
    const settings = (guild, standin) => {
        line.target = new URL(standin.apiBase).port;
        return { ...options.settings(guild), discord: { api_base: standin.apiBase.replace(line.target, line.port) } };
    };
    try {
        await stage({ ...options, settings, patience: 30_000 }, async ({ guild, bot, nova }) => {
            const { war } = await declare(guild, nova);
            for (let i = 0; i < 150; i++) await nova.slash('/timeline add', { text: `${i} ${'x'.repeat(1490)}` }, { channel: war });
            const exported = await nova.slash('/opsroom export', {}, { channel: war });
            assert.ok(exported.ephemeral);
            const text = file(exported).bytes.toString();
            assert.ok(text.length > 256 * 1024, `${text.length} bytes`);
            assert.match(exported.text, /all \d+ events of its record/);
            assert.equal(JSON.parse(text).record_sha256, /SHA-256 of the record: `(\w+)`/.exec(exported.text)[1]);
        });
    } finally {
        line.close();
    }
});

scene('a postmortem is written section by section, and read before it is kept', options, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const here = { channel: war };
    const asked = await quill.slash('/postmortem write', {}, here);
    const form = await quill.press(asked, 'Write a section', { values: ['causes'] });
    assert.equal(form.modal.title, 'Write INC-1: causes');
    const written = await quill.submit(form, { text: 'A full disk.\nNobody watched it.' });
    assert.match(written.text, /"causes" of the postmortem of \*\*INC-1\*\* is written/);
    const again = await quill.press(asked, 'Write a section', { values: ['causes'] });
    assert.equal(again.modal.fields[0].value, 'A full disk.\nNobody watched it.');

    const preview = await quill.press(written.message, 'Preview');
    assert.equal(file(preview).name, 'inc-1-postmortem.md');
    const page = file(preview).bytes.toString();
    assert.match(page, /## Causes\n\n<!-- opsroom:begin causes -->\n\nNo finding was confirmed.\n\nA full disk.\\\n +Nobody watched it.\n/);
    assert.equal(page, bot.run('render', '--incident', '1').out);
    assert.equal(told(bot).events.at(-1).section, 'causes');
});
