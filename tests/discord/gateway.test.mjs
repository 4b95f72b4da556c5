// The gateway's rules, each by a client that keeps or breaks it.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { PROPERTIES, RawBot } from './raw_bot.mjs';
import { start, virtualClock } from './standin.mjs';

let clock;
let standin;
let bot;

async function begin(options) {
    clock = virtualClock();
    standin = await start({ clock, ...options });
    bot = new RawBot(standin);
}

beforeEach(() => begin());
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const again = async (options) => { bot.close(); await standin.close(); await begin(options); };

test('hello, identify, READY and the guilds, in order', async () => {
    const socket = await bot.open();
    socket.send(2, { token: standin.token, intents: 1, properties: PROPERTIES });
    const ready = await socket.event('READY');
    assert.equal(ready.s, 1);
    assert.equal(ready.d.v, 10);
    assert.deepEqual(ready.d.guilds, [{ id: standin.guild().id, unavailable: true }]);
    const guild = await socket.event('GUILD_CREATE');
    assert.equal(guild.s, 2);
    assert.equal(guild.d.channels.length, 3);
    assert.deepEqual(rules(), []);
});

test('without the GUILDS intent no guild arrives, but interactions do', async () => {
    const socket = await bot.identify({}, { intents: 0 });
    standin.guild().createChannel({ name: 'x' });
    standin.interactions.open({ type: 3, member: standin.guild().memberNamed('nova'), channel: standin.guild().channel('ops'), data: {} });
    const event = await socket.next((payload) => payload.op === 0);
    assert.equal(event.t, 'INTERACTION_CREATE');
});

test('a heartbeat is acknowledged; a sequence never sent is not', async () => {
    const socket = await bot.identify();
    socket.send(1, socket.seq);
    await socket.op(11);
    socket.send(1, 999);
    assert.equal(await socket.closed, 4007);
    assert.deepEqual(rules(), ['heartbeat']);
});

test('a silent client is cut off after two intervals', async () => {
    const socket = await bot.identify();
    clock.advance(41_250 * 2 + 999);
    assert.deepEqual(rules(), []);
    clock.advance(1);
    assert.equal(await socket.closed, 4000);
    assert.deepEqual(rules(), ['heartbeat']);
});

const refusals = [
    ['a wrong version', { query: 'v=9&encoding=json' }, null, 4012],
    ['another encoding', { query: 'v=10&encoding=etf' }, null, 4002],
    ['a frame that is not JSON', {}, (socket) => socket.ws.send('{'), 4002],
    ['a binary frame', {}, (socket) => socket.ws.send(Buffer.from('{}')), 4002],
    ['more than 4096 bytes', {}, (socket) => socket.send(1, 'x'.repeat(4096)), 4002],
    ['an unknown op', {}, (socket) => socket.send(99, null), 4001],
    ['presence before identify', {}, (socket) => socket.send(3, {}), 4003],
    ['identify without properties', {}, (socket) => socket.send(2, { token: standin.token, intents: 1 }), 4002],
    ['a misspelt identify field', {}, (socket) => socket.send(2, { token: standin.token, intents: 1, propertees: PROPERTIES, properties: PROPERTIES }), 4002],
    ['a token with "Bot "', {}, (socket) => socket.send(2, { token: `Bot ${standin.token}`, intents: 1, properties: PROPERTIES }), 4004],
    ['a privileged intent', {}, (socket) => socket.send(2, { token: standin.token, intents: 1 << 15, properties: PROPERTIES }), 4014],
    ['an intent that does not exist', {}, (socket) => socket.send(2, { token: standin.token, intents: 1 << 30, properties: PROPERTIES }), 4013],
];
for (const [what, options, act, code] of refusals) {
    test(`${what} is closed with ${code}`, async () => {
        const socket = act ? await bot.open(options) : bot.connect(options);
        act?.(socket);
        assert.equal(await socket.closed, code);
        assert.equal(standin.violations.length, 1);
    });
}

test('a wrong token is closed with 4004 and is no violation of form', async () => {
    const socket = await bot.open();
    socket.send(2, { token: 'wrong', intents: 1, properties: PROPERTIES });
    assert.equal(await socket.closed, 4004);
    assert.deepEqual(rules(), []);
});

test('a second identify on one connection is closed with 4005', async () => {
    const socket = await bot.identify();
    socket.send(2, { token: standin.token, intents: 1, properties: PROPERTIES });
    assert.equal(await socket.closed, 4005);
});

test('more than 120 payloads in 60 s are closed with 4008', async () => {
    const socket = await bot.identify();
    for (let i = 0; i < 119; i++) socket.send(1, null);
    socket.send(1, null);
    assert.equal(await socket.closed, 4008);
});

test('identifying twice within 5 s gets op 9; after 5 s it works', async () => {
    const first = await bot.identify();
    first.ws.terminate();
    const second = await bot.open();
    second.send(2, { token: standin.token, intents: 1, properties: PROPERTIES });
    assert.equal((await second.op(9)).d, false);
    assert.deepEqual(rules(), ['identify']);
    clock.advance(5000);
    await bot.identify();
});

test('more identifies than the daily budget reset the token', async () => {
    await again({ identifyTotal: 2 });
    await bot.identify();
    clock.advance(5000);
    const { body } = await bot.call('GET', '/gateway/bot');
    assert.equal(body.session_start_limit.remaining, 1);
    await bot.identify();
    clock.advance(5000);
    const third = await bot.open();
    third.send(2, { token: standin.token, intents: 1, properties: PROPERTIES });
    assert.equal(await third.closed, 4004);
    assert.equal((await bot.call('GET', '/gateway/bot')).status, 401);
});

test('a resume replays what was missed, in order, then RESUMED', async () => {
    const first = await bot.identify();
    await first.event('GUILD_CREATE');
    first.ws.terminate();
    await standin.until(() => !standin.gateway.ready, 'the socket to be gone');
    const guild = standin.guild();
    guild.createChannel({ name: 'one' });
    guild.createChannel({ name: 'two' });
    const second = await bot.resume(first);
    assert.equal((await second.event('CHANNEL_CREATE')).d.name, 'one');
    const two = await second.event('CHANNEL_CREATE');
    assert.equal(two.d.name, 'two');
    assert.equal((await second.event('RESUMED')).s, two.s + 1);
    guild.createChannel({ name: 'three' });
    assert.equal((await second.event('CHANNEL_CREATE')).s, two.s + 2);
    assert.deepEqual(rules(), []);
});

test('a resume at the first url is noted', async () => {
    const first = await bot.identify();
    first.ws.terminate();
    first.resumeUrl = standin.gatewayUrl;
    await (await bot.resume(first)).event('RESUMED');
    assert.deepEqual(rules(), ['resume']);
});

test('no resume after closing with 1000, after minutes, or past the buffer', async () => {
    const closed = await bot.identify();
    closed.ws.close(1000);
    await closed.closed;
    assert.equal((await (await bot.resume(closed)).op(9)).d, false);

    clock.advance(5000);
    const late = await bot.identify();
    late.ws.terminate();
    await standin.until(() => !standin.gateway.ready, 'the socket to be gone');
    clock.advance(3 * 60_000);
    assert.equal((await (await bot.resume(late)).op(9)).d, false);

    await again({ resumeBuffer: 3 });
    const full = await bot.identify();
    await full.event('GUILD_CREATE');
    full.ws.terminate();
    await standin.until(() => !standin.gateway.ready, 'the socket to be gone');
    for (let i = 0; i < 4; i++) standin.guild().createChannel({ name: `c${i}` });
    assert.equal((await (await bot.resume(full)).op(9)).d, false);
});

test('a resume with a sequence that was never sent is closed with 4007', async () => {
    const first = await bot.identify();
    first.ws.terminate();
    assert.equal(await (await bot.resume(first, 99)).closed, 4007);
});

test('zlib-stream: one context for the connection, also in pieces', async () => {
    const socket = await bot.identify({ query: 'v=10&encoding=json&compress=zlib-stream' });
    assert.equal((await socket.event('GUILD_CREATE')).d.name, 'Opsroom');
    standin.faults.fragment(3);
    standin.guild().createChannel({ name: 'in-pieces' });
    assert.equal((await socket.event('CHANNEL_CREATE')).d.name, 'in-pieces');
    assert.deepEqual(rules(), []);
});

test('a channel the bot cannot see arrives without its name', async () => {
    const guild = standin.guild();
    const channel = guild.createChannel({ name: 'secret', overwrites: [{ id: guild.id, type: 0, allow: 0n, deny: 1n << 10n }] });
    guild.roles.get([...guild.bot.roleIds][0]).permissions = 0n;
    standin.world.version++;
    const socket = await bot.identify();
    const { d } = await socket.event('GUILD_CREATE');
    assert.equal(d.channels.find((one) => one.id === channel.id).name, '___hidden___');
});

// ---- faults on the gateway ----

test('faults: op 7, op 9, op 1, any close code, lost sockets', async () => {
    const socket = await bot.identify();
    standin.faults.reconnect();
    await socket.op(7);
    standin.faults.askForHeartbeat();
    await socket.op(1);
    standin.faults.invalidSession(true);
    assert.equal((await socket.op(9)).d, true);
    standin.faults.closeGateway(4009);
    assert.equal(await socket.closed, 4009);
    const resumed = await bot.resume(socket);
    await resumed.event('RESUMED');
    standin.faults.dropSockets();
    assert.equal(await resumed.closed, 1006);
    standin.faults.forgetSessions();
    assert.equal((await (await bot.resume(resumed)).op(9)).d, false);
});

test('faults: ACKs and READY withheld', async () => {
    standin.faults.withholdReady();
    const socket = await bot.open();
    socket.send(2, { token: standin.token, intents: 1, properties: PROPERTIES });
    socket.send(1, null);
    await socket.op(11); // identified by now: frames are handled in order
    assert.equal(standin.gateway.ready, false);
    standin.guild().createChannel({ name: 'meanwhile' });
    standin.faults.withholdReady(false);
    await socket.event('READY');
    await socket.event('CHANNEL_CREATE');

    standin.faults.withholdAcks();
    socket.send(1, socket.seq);
    socket.send(99, null); // frames are handled in order: once this is refused, the beat was heard
    assert.equal(await socket.closed, 4001);
    assert.equal(socket.got.filter((payload) => payload.op === 11).length, 0);
});

test('faults: dispatches doubled and replayed', async () => {
    const socket = await bot.identify();
    standin.faults.duplicateDispatches(1);
    const fields = { type: 3, member: standin.guild().memberNamed('nova'), channel: standin.guild().channel('ops'), data: {} };
    standin.interactions.open(fields);
    const [one, two] = [await socket.event('INTERACTION_CREATE'), await socket.event('INTERACTION_CREATE')];
    assert.equal(one.d.id, two.d.id);
    assert.equal(two.s, one.s + 1);
    standin.faults.replay(one.s - 1);
    assert.equal((await socket.event('INTERACTION_CREATE')).s, one.s);
});

test('faults: a refused token closes and stays refused', async () => {
    const socket = await bot.identify();
    standin.faults.refuseToken();
    assert.equal(await socket.closed, 4004);
    assert.equal((await bot.call('GET', '/users/@me')).status, 401);
    standin.faults.clear();
    assert.equal((await bot.call('GET', '/users/@me')).status, 200);
});
