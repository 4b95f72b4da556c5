// The gateway goes wrong in every way Discord documents, in the middle of a
// command: the command is answered once and recorded once, on the same session
// wherever there is one to resume.

import assert from 'node:assert/strict';

import { realClock } from '../discord/clock.mjs';
import { HEARTBEAT, IDENTIFY, RESUME, declare, requests, scene, sent, told } from './stage.mjs';

const counts = (standin) => ({ identified: sent(standin, IDENTIFY).length, resumed: sent(standin, RESUME).length });
const times = (bot, text) => told(bot).events.filter((event) => event.text === text).length;
const resumed = (standin, times_) => standin.until(() => sent(standin, RESUME).length >= times_ && standin.gateway.ready, `resume ${times_}`);

/** A command at the very moment of the fault: kept once, answered once. */
async function keepsOne({ bot, nova }, war, text, fault) {
    const pending = nova.begin('/timeline add', { text }, { channel: war });
    fault();
    assert.match((await pending.final).text, /^Kept as #/);
    assert.equal(times(bot, text), 1, `"${text}" is kept once`);
}

for (const compress of [true, false]) {
    scene(`resumes after each loss, zlib-stream ${compress ? 'on' : 'off'}`, { settings: { discord: { compress } } }, async (scene) => {
        const { standin, guild, nova } = scene;
        const { war } = await declare(guild, nova);
        const losses = {
            'a dropped socket': () => standin.faults.dropSockets(),
            'op 7': () => standin.faults.reconnect(),
            'op 9 true': () => standin.faults.invalidSession(true),
            'an unreadable payload': () => standin.faults.sendRaw('{"op":0,'),
        };
        let loss = 0;
        for (const [name, fault] of Object.entries(losses)) {
            await keepsOne(scene, war, `Across ${name}`, fault);
            await resumed(standin, ++loss);
        }
        assert.deepEqual(counts(standin), { identified: 1, resumed: loss });
        const url = requests(standin, /gateway/).length;
        assert.equal(url, 1, 'the address is asked for once');
    });
}

scene('resumes after each close code that allows it', {}, async (scene) => {
    const { standin, guild, nova } = scene;
    const { war } = await declare(guild, nova);
    const codes = [4000, 4001, 4002, 4005, 4008, 4999];
    for (const [index, code] of codes.entries()) {
        await keepsOne(scene, war, `Across ${code}`, () => standin.faults.closeGateway(code));
        await resumed(standin, index + 1);
    }
    assert.deepEqual(counts(standin), { identified: 1, resumed: codes.length });
});

scene('begins a new session when the old one is gone, and registers no command again', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    standin.faults.invalidSession(false);
    await standin.until(() => sent(standin, IDENTIFY).length > 1 && standin.gateway.ready, 'a second session', 20_000);
    assert.match((await nova.slash('/timeline add', { text: 'After op 9' }, { channel: war })).text, /^Kept as #/);
    assert.equal(times(bot, 'After op 9'), 1);
    assert.equal(standin.registrations, 1);
    assert.equal(sent(standin, RESUME).length, 0, 'nothing to resume');
});

scene('an interaction that comes twice, at once or replayed, is one', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    standin.faults.duplicateDispatches(1);
    await nova.slash('/timeline add', { text: 'Twice on one socket' }, { channel: war });
    const before = requests(standin, /callback/).length;
    standin.faults.replay(0, ({ t }) => t === 'INTERACTION_CREATE');
    standin.faults.dropSockets();
    await resumed(standin, 1);
    await nova.slash('/timeline add', { text: 'And on' }, { channel: war });
    assert.deepEqual([times(bot, 'Twice on one socket'), times(bot, 'And on')], [1, 1]);
    assert.equal(bot.run('timeline', '--incident', '2').code, 1, 'declared once');
    assert.equal(requests(standin, /callback/).length, before + 1, 'no other answer was sent');
});

scene('a zombie is left and its session resumed', { heartbeatInterval: 2500 }, async (scene) => {
    const { standin, guild, nova } = scene;
    const { war } = await declare(guild, nova);
    await standin.until(() => sent(standin, HEARTBEAT).length >= 2, 'heartbeats', 20_000);
    standin.faults.withholdAcks();
    await resumed(standin, 1);
    standin.faults.withholdAcks(false);
    await keepsOne(scene, war, 'After the zombie', () => {});
    assert.equal(counts(standin).identified, 1);
    assert.deepEqual(standin.trace.filter(({ kind, text }) => kind === 'gateway closed' && /^100[01]$/.test(text)), [], 'never 1000 or 1001');
});

scene('nobody is reached for some seconds: the session is kept, and what happened then is told', { patience: 30_000 }, async ({ standin, guild, bot, nova }) => {
    const { war, card } = await declare(guild, nova);
    await standin.until(() => card.pinned, 'the pin');
    standin.faults.refuseSockets();
    standin.faults.dropSockets();
    await bot.logged(/(event=gateway_closed[^]*){4}/, { guardMs: 20_000 });
    standin.faults.deleteMessage(card);
    standin.faults.refuseSockets(false);
    await standin.until(() => war.all.some((post) => post.embeds.length > 0 && post !== card), 'another card', 30_000);
    assert.deepEqual(counts(standin), { identified: 1, resumed: 1 });
});

scene('says hello, and nothing more for a while', { started: false, heartbeatInterval: 2500 }, async ({ standin, guild, bot, nova }) => {
    standin.faults.withholdReady();
    const started = bot.start();
    await standin.until(() => sent(standin, HEARTBEAT).length >= 2, 'heartbeats', 20_000);
    assert.equal(sent(standin, IDENTIFY).length, 1);
    standin.faults.withholdReady(false);
    await started;
    await declare(guild, nova);
    assert.deepEqual(counts(standin), { identified: 1, resumed: 0 });
});

scene('payloads in pieces, bytes that are no payload, and 1000 other servers', { extraGuilds: 1000, started: false, ackDeadline: 10_000 }, async (scene) => {
    const { standin, guild, bot, nova } = scene;
    standin.faults.fragment(7);
    await bot.start();
    const { war } = await declare(guild, nova);
    await keepsOne(scene, war, 'In seven pieces', () => {});
    standin.faults.fragment(0);
    standin.faults.sendRaw('{"op":11}');
    standin.faults.sendRaw('{"op":77,"d":{}}');
    standin.faults.sendRaw('{"op":0,"t":"NEW_AND_UNKNOWN","s":null,"d":[1]}');
    standin.faults.askForHeartbeat();
    await keepsOne(scene, war, 'Among strangers', () => {});
    assert.deepEqual(counts(standin), { identified: 1, resumed: 0 });
});

scene('a payload that nobody can read costs itself and no other', { ackDeadline: 10_000 }, async (scene) => {
    const { standin, guild, bot, nova } = scene;
    const { war } = await declare(guild, nova);
    // A resume replays it; it must not stop the rest.
    standin.faults.garble('MARK', Buffer.from('"'));
    const poison = nova.begin('/timeline add', { text: 'half a MARK' }, { channel: war });
    const after = nova.begin('/timeline add', { text: 'Whole' }, { channel: war });
    assert.match((await after.final).text, /^Kept as #/);
    assert.ok(!poison.interaction.answered);
    assert.equal(times(bot, 'Whole'), 1);
    assert.deepEqual(counts(standin), { identified: 1, resumed: 1 });
    assert.ok(told(bot).events.every(({ text }) => !/half/.test(text ?? '')));
});

scene('SIGTERM, and the next process goes on where it was', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    for (const round of [1, 2]) {
        assert.deepEqual(await bot.stop(), { code: 0, signal: null });
        const whileDown = nova.begin('/timeline add', { text: `While it was down ${round}` }, { channel: war });
        await bot.start();
        assert.match((await whileDown.final).text, /^Kept as #/);
        assert.equal(times(bot, `While it was down ${round}`), 1);
    }
    assert.deepEqual(counts(standin), { identified: 1, resumed: 2 });
    assert.equal(standin.registrations, 1, 'the commands are registered once');
});

// A replay holds earlier RESUMEDs too, and what follows one of those looks new.
scene('what an earlier process kept is not kept again, whatever it looks like', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    await nova.slash('/timeline add', { text: 'Kept by the first process' }, { channel: war });
    await bot.kill();
    await bot.start();
    await standin.until(() => standin.gateway.ready, 'the session');
    standin.faults.replay(0, ({ t }) => t === 'INTERACTION_CREATE');
    await nova.slash('/timeline add', { text: 'Kept by the second' }, { channel: war });
    assert.deepEqual([times(bot, 'Kept by the first process'), times(bot, 'Kept by the second')], [1, 1]);
    assert.equal(bot.run('timeline', '--incident', '2').code, 1, 'declared once');
});

scene('a command that came too long ago is not kept behind its back', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    await bot.stop();
    const late = nova.begin('/timeline add', { text: 'Too late' }, { channel: war, mutate: (json) => ({ ...json, id: String(BigInt(json.id) - (4000n << 22n)) }) });
    await bot.start();
    assert.match((await nova.slash('/timeline add', { text: 'In time' }, { channel: war })).text, /^Kept as #/);
    assert.ok(!late.interaction.answered);
    assert.deepEqual([times(bot, 'Too late'), times(bot, 'In time')], [0, 1]);
});

// How old a command is, Discord's clock says, and not the wrong one of this machine.
for (const [what, minutes] of [['slow', 1], ['fast', -1]]) {
    const clock = realClock();
    clock.now = () => Date.now() + minutes * 60_000;
    scene(`by a ${what} clock, too: a replayed command is kept in time, and not too late`, { clock }, async ({ standin, guild, bot, nova }) => {
        const { war } = await declare(guild, nova);
        standin.faults.dropSockets();
        const late = nova.begin('/timeline add', { text: 'Too late' }, { channel: war, mutate: (json) => ({ ...json, id: String(BigInt(json.id) - (6000n << 22n)) }) });
        const pending = nova.begin('/timeline add', { text: 'In time' }, { channel: war });
        assert.match((await pending.final).text, /^Kept as #/);
        assert.ok(!late.interaction.answered);
        assert.deepEqual([times(bot, 'Too late'), times(bot, 'In time')], [0, 1]);
        assert.deepEqual(counts(standin), { identified: 1, resumed: 1 });
    });
}

scene('the last identifies of the day are not spent', { identifyTotal: 15, started: false }, async ({ standin, bot }) => {
    await bot.start({ ready: false });
    await bot.logged(/budget of identifies is nearly spent \(15 left/);
    assert.deepEqual(counts(standin), { identified: 0, resumed: 0 });
    assert.equal(requests(standin, /gateway/).length, 1, 'and the address is not asked for again and again');
    assert.deepEqual(await bot.stop(), { code: 0, signal: null });
});
