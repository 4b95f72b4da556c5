// What Discord holds no more of: full servers, categories and pin lists, names
// it does not allow; and whether a client minds what it was told of rates.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';
import { setImmediate } from 'node:timers/promises';

import { NOBODY, RawBot } from './raw_bot.mjs';
import { start, virtualClock } from './standin.mjs';

const HOUR = 3600_000;

let clock;
let standin;
let bot;
let guild;
let room;

beforeEach(async () => {
    clock = virtualClock();
    standin = await start({ clock });
    standin.limits.set('other', 1000, 1000);
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const create = (fields) => bot.call('POST', `/guilds/${guild.id}/channels`, { name: 'x', ...fields });
const change = (channel, fields) => bot.call('PATCH', `/channels/${channel.id}`, fields);
const edit = (id, content) => bot.call('PATCH', `/channels/${room.id}/messages/${id}`, { content, allowed_mentions: NOBODY });

async function turns(done) {
    for (let left = 1_000_000; !done(); left--) {
        assert.ok(left, 'waited in vain');
        await setImmediate();
    }
}

// ---- numbers ----

test('a full server takes no channel until one goes: 30013', async () => {
    guild.limits.channels = guild.channels.size;
    const { status, body } = await create();
    assert.deepEqual([status, body.code], [400, 30013]);
    guild.owner.deleteChannel(guild.channel('general'));
    assert.equal((await create()).status, 201);
    assert.equal((await create()).body.code, 30013);
    assert.equal((await bot.call('POST', `/channels/${room.id}/threads`, { name: 'x', type: 11 })).status, 201, 'threads do not count');
    assert.deepEqual(rules(), [], 'the bot cannot know');
});

test('500 channels and 50 in a category, when nothing else is said', async () => {
    assert.deepEqual(guild.limits, { channels: 500, perCategory: 50, pins: 250, roles: 250, overwrites: 1000, fileBytes: 10485760 });
    const { body: category } = await create({ name: 'Incidents', type: 4 });
    for (let n = 0; n < 50; n++) guild.createChannel({ name: `c${n}`, parentId: category.id });
    const { status, body } = await create({ parent_id: category.id });
    assert.deepEqual([status, body.code, body.errors.parent_id._errors[0].code], [400, 50035, 'CHANNEL_PARENT_MAX_CHANNELS']);
    assert.equal((await change(room, { parent_id: category.id })).body.code, 50035, 'nor by moving');
    assert.equal((await create()).status, 201, 'beside the category there is room');
    assert.equal((await change(guild.channel('c0'), { parent_id: category.id, topic: 'x' })).status, 200, 'it is in there already');
    assert.deepEqual(rules(), []);
});

test('pins, roles and overwrites: 30003, 30005, 30060', async () => {
    Object.assign(guild.limits, { pins: 1, roles: guild.roles.size, overwrites: 1 });
    const [one, two] = [(await bot.post(room, { content: 'a' })).body.id, (await bot.post(room, { content: 'b' })).body.id];
    const pin = (method, id) => bot.call(method, `/channels/${room.id}/messages/pins/${id}`);
    assert.equal((await pin('PUT', one)).status, 204);
    assert.equal((await pin('PUT', two)).body.code, 30003);
    await pin('DELETE', one);
    assert.equal((await pin('PUT', two)).status, 204);
    assert.equal((await bot.call('POST', `/guilds/${guild.id}/roles`, { name: 'x' })).body.code, 30005);
    const [nova, quill] = ['nova', 'quill'].map((name) => guild.memberNamed(name).id);
    const put = (id) => bot.call('PUT', `/channels/${room.id}/permissions/${id}`, { type: 1, deny: '1024' });
    assert.equal((await put(nova)).status, 204);
    assert.equal((await put(nova)).status, 204, 'the same one again');
    assert.equal((await put(quill)).body.code, 30060);
    assert.equal((await create({ permission_overwrites: [{ id: quill, type: 1, deny: '1024' }] })).body.code, 30060);
});

test('a name with a word that is not allowed: 20031, until it is', async () => {
    guild.refusedWords = ['Darn'];
    for (const reply of [await create({ name: 'inc-1-darned-disk' }), await change(room, { name: 'darn' })]) {
        assert.deepEqual([reply.status, reply.body.code], [400, 20031]);
    }
    assert.equal((await create({ name: 'inc-1' })).status, 201);
    assert.equal((await change(room, { topic: 'darn' })).status, 200, 'only names');
    guild.refusedWords = [];
    assert.equal((await change(room, { name: 'darn' })).status, 200);
    assert.deepEqual(rules(), []);
});

// ---- rates ----

test('a refusal the headers had announced is the bot\'s fault', async () => {
    for (let n = 0; n < 5; n++) await bot.post(room, { content: 'x' });
    assert.deepEqual(rules(), []);
    assert.equal((await bot.post(room, { content: 'x' })).status, 429);
    assert.deepEqual(rules(), ['rate-limit']);
    clock.advance(5000);
    for (let n = 0; n < 5; n++) assert.equal((await bot.post(room, { content: 'x' })).status, 200);
    assert.deepEqual(rules(), ['rate-limit'], 'a new window begins clean');
});

test('a refusal nothing had announced is not', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => bot.post(room, { content: 'x' })));
    assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 200, 200, 200, 200, 429, 429, 429]);
    assert.deepEqual(rules(), [], 'they were on their way');
    assert.equal((await bot.post(room, { content: 'x' })).status, 429);
    assert.deepEqual(rules(), ['rate-limit'], 'now it has come back on the same socket');
});

test('on another socket a bot is taken to know after a moment, unless it was started anew', async () => {
    standin.limits.heardMs = 0;
    for (let n = 0; n < 5; n++) await bot.post(room, { content: 'x' });
    const [window] = [...standin.limits.windows.values()].filter((one) => one.toldOn.size);
    await turns(() => window.heardOn.size);
    const other = new RawBot(standin);
    assert.equal((await other.post(room, { content: 'x' })).status, 429);
    assert.deepEqual(rules(), ['rate-limit']);
    other.close();
    bot.close();
    for (const socket of window.toldOn) socket.destroy();
    bot = new RawBot(standin);
    assert.equal((await bot.post(room, { content: 'x' })).status, 429);
    assert.deepEqual(rules(), ['rate-limit']);
});

test('limits that no header shows are the bot\'s fault from the second time', async () => {
    for (const name of ['a', 'b', 'c']) await change(room, { name });
    assert.deepEqual(rules(), []);
    assert.equal((await change(room, { nsfw: true })).status, 200, 'other fields go on');
    const again = await change(room, { topic: 'd' });
    assert.deepEqual([again.status, again.body.code, again.body.retry_after], [429, 20028, 600]);
    assert.deepEqual(rules(), ['rate-limit']);
    clock.advance(600_000);
    assert.equal((await change(room, { name: 'd' })).status, 200);
});

test('old messages: three edits in six seconds for the whole channel, young ones apart', async () => {
    const ids = [];
    for (let n = 0; n < 2; n++) ids.push((await bot.post(room, { content: 'x' })).body.id);
    clock.advance(HOUR);
    for (let n = 0; n < 5; n++) assert.equal((await edit(ids[0], `${n}`)).status, 200, 'an hour is not old');
    clock.advance(6000);
    const statuses = [];
    for (const id of [ids[0], ids[1], ids[0], ids[1]]) statuses.push((await edit(id, 'x')).status);
    assert.deepEqual(statuses, [200, 200, 200, 429]);
    assert.deepEqual(rules(), []);
    const young = (await bot.post(room, { content: 'new card' })).body.id;
    assert.equal((await edit(young, 'newer card')).status, 200);
    clock.advance(6000);
    assert.equal((await edit(ids[1], 'x')).status, 200);
    assert.deepEqual(rules(), []);
});

for (const [scope, elsewhere] of [['user', 200], ['shared', 200], ['global', 429]]) {
    test(`told to wait by scope ${scope}: what comes sooner is refused and noted`, async () => {
        standin.faults.rateLimit('create_message', scope, 2);
        assert.equal((await bot.post(room, { content: 'x' })).status, 429);
        assert.deepEqual(rules(), []);
        clock.advance(1999);
        assert.equal((await bot.post(room, { content: 'x' })).status, 429);
        assert.deepEqual(rules(), ['rate-limit']);
        assert.equal((await bot.post(guild.channel('general'), { content: 'x' })).status, elsewhere);
        clock.advance(1);
        assert.equal((await bot.post(room, { content: 'x' })).status, 200);
    });
}

test('an answer that is late is late on the stand-in\'s clock', async () => {
    standin.faults.delay('get_my_user', 60_000);
    const late = bot.call('GET', '/users/@me');
    await turns(() => standin.trace.some(({ kind }) => kind === 'fault'));
    clock.advance(60_000);
    assert.equal((await late).status, 200);
});
