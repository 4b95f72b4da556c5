// REST: header rules, authorization, the published schema, limits, faults.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { NOBODY, RawBot } from './raw_bot.mjs';
import { start, virtualClock } from './standin.mjs';

let clock;
let standin;
let bot;
let room;

async function begin(options) {
    clock = virtualClock();
    standin = await start({ clock, ...options });
    bot = new RawBot(standin);
    room = standin.guild().channel('ops');
}

beforeEach(() => begin());
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const again = async (options) => { bot.close(); await standin.close(); await begin(options); };

test('GET /gateway/bot tells where the gateway is', async () => {
    const { status, body } = await bot.call('GET', '/gateway/bot');
    assert.equal(status, 200);
    assert.equal(body.url, standin.gatewayUrl);
    assert.deepEqual(body.session_start_limit, { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 });
});

// ---- headers (Reference, HTTP API) ----

const badHeaders = [
    ['no User-Agent', { 'User-Agent': null }, 403, 40333, 'user-agent'],
    ['a User-Agent of another form', { 'User-Agent': 'curl/7.88.1' }, 403, 40333, 'user-agent'],
    ['no Authorization', { Authorization: null }, 401, 0, 'authorization'],
    ['Authorization without Bot', { Authorization: 'the-token' }, 401, 0, 'authorization'],
    ['a wrong token', { Authorization: 'Bot nonsense' }, 401, 0, undefined],
    ['no Content-Type', { 'Content-Type': null }, 400, 50035, 'schema'],
    ['a wrong Content-Type', { 'Content-Type': 'text/plain' }, 400, 50035, 'schema'],
];
for (const [what, headers, status, code, rule] of badHeaders) {
    test(`${what} is refused`, async () => {
        const reply = await bot.post(room, { content: 'x' }, headers);
        assert.equal(reply.status, status);
        assert.equal(reply.body.code, code);
        assert.deepEqual(rules(), rule ? [rule] : []);
        assert.equal(room.all.length, 0);
    });
}

test('a PUT without body needs Content-Length: 0', async () => {
    const { body: message } = await bot.post(room, { content: 'x' });
    const path = `/channels/${room.id}/messages/pins/${message.id}`;
    assert.equal((await bot.call('PUT', path, undefined, { 'Content-Length': null })).status, 411);
    assert.deepEqual(rules(), ['content-length']);
    assert.equal((await bot.call('PUT', path)).status, 204);
});

test('the version belongs to the path', async () => {
    assert.equal((await bot.call('GET', '/users/@me', undefined, {}, '/api')).status, 404);
    assert.deepEqual(rules(), ['version']);
});

test('an audit log reason is encoded, short, and only where Discord takes one', async () => {
    const guild = standin.guild();
    const create = (reason) => bot.call('POST', `/guilds/${guild.id}/channels`, { name: 'x' }, { 'X-Audit-Log-Reason': reason });
    await create('Incident%2012%20%E2%80%94%20disk');
    assert.deepEqual(rules(), []);
    await create(encodeURIComponent('x'.repeat(513)));
    await bot.post(room, { content: 'x' }, { 'X-Audit-Log-Reason': 'x' });
    assert.deepEqual(rules(), ['reason', 'reason']);
});

// ---- bodies against the published schema ----

const badMessages = [
    ['a misspelt key', { contents: 'x', content: 'x' }, ['contents']],
    ['a misspelt key deep inside', { embeds: [{ title: 'x', fields: [{ name: 'a', value: 'b', inlined: true }] }] }, ['embeds', '0', 'fields', '0', 'inlined']],
    ['a misspelt key of a button', { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 1, label: 'x', custom_id: 'x', customid: 'y' }] }] }, ['components', '0', 'components', '0', 'customid']],
    ['a wrong type', { content: 12 }, ['content']],
    ['an id as a number', { content: 'x', allowed_mentions: { users: [123] } }, ['allowed_mentions', 'users', '0']],
    ['content over 2000', { content: 'x'.repeat(2001) }, ['content']],
    ['an embed title over 256', { embeds: [{ title: 'x'.repeat(257) }] }, ['embeds', '0', 'title']],
    ['embeds over 6000 in all', { embeds: [1, 2].map(() => ({ description: 'x'.repeat(3001) })) }, ['embeds']],
    ['an empty embed field', { embeds: [{ fields: [{ name: 'a', value: ' ' }] }] }, ['embeds', '0', 'fields', '0', 'value']],
    ['a nonce over 25', { content: 'x', nonce: 'n'.repeat(26) }, ['nonce']],
    ['six buttons in a row', { content: 'x', components: [{ type: 1, components: [1, 2, 3, 4, 5, 6].map((n) => ({ type: 2, style: 1, label: 'x', custom_id: `${n}` })) }] }, ['components', '0', 'components']],
    ['a button twice', { content: 'x', components: [{ type: 1, components: [1, 2].map(() => ({ type: 2, style: 1, label: 'x', custom_id: 'same' })) }] }, ['components']],
    ['a button without label', { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'x' }] }] }, ['components']],
    ['users both parsed and listed', { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } }, ['allowed_mentions']],
    ['the same user listed twice', { content: 'x', allowed_mentions: { users: ['1', '1'] } }, ['allowed_mentions', 'users']],
    ['an embed that shows nothing', { embeds: [{ color: 5 }] }, ['embeds', '0', 'description']],
    ['a link to a host without a dot', { content: 'x', components: [{ type: 1, components: [{ type: 2, style: 5, label: 'x', url: 'https://forge/x' }] }] }, ['components']],
    ['the ephemeral flag on a message', { content: 'x', flags: 64 }, ['flags']],
];
for (const [what, fields, path] of badMessages) {
    test(`${what} is refused with its path`, async () => {
        const { status, body } = await bot.post(room, fields);
        assert.equal(status, 400);
        assert.equal(body.code, 50035);
        const leaf = path.reduce((node, key) => node?.[key], body.errors);
        assert.ok(leaf?._errors?.length, `${JSON.stringify(body.errors)} has no ${path}`);
        assert.deepEqual(rules(), ['schema']);
    });
}

test('what the bot sends rightly passes', async () => {
    const fields = {
        content: 'x', flags: 4096, allowed_mentions: { parse: [], users: ['1'] },
        embeds: [{ title: 't', description: 'd', color: 0xff0000, fields: [{ name: 'a', value: 'b', inline: true }], footer: { text: 'f' }, timestamp: '2026-01-05T12:00:00Z' }],
        components: [{ type: 1, components: [{ type: 2, style: 4, label: 'Resolve', custom_id: '1|resolve|12' }, { type: 2, style: 5, label: 'Postmortem', url: 'https://example.org/pr/1' }] }],
    };
    const { status, body } = await bot.post(room, fields);
    assert.equal(status, 200);
    assert.equal(body.embeds[0].type, 'rich');
    assert.deepEqual(rules(), []);
});

test('permission sets are strings, not numbers', async () => {
    const create = (deny) => bot.call('POST', `/guilds/${standin.guild().id}/channels`, { name: 'x', permission_overwrites: [{ id: standin.guild().id, type: 0, deny }] });
    assert.equal((await create('2048')).status, 201);
    const { body } = await create(2048);
    assert.ok(body.errors.permission_overwrites[0].deny._errors);
});

test('a broken query or id is refused', async () => {
    assert.equal((await bot.call('GET', `/channels/${room.id}/messages?limit=101`)).body.code, 50035);
    assert.equal((await bot.call('GET', `/channels/${room.id}/messages?limt=5`)).body.code, 50035);
    assert.equal((await bot.call('GET', '/channels/abc')).body.code, 50035);
    assert.deepEqual(rules(), ['schema', 'schema', 'schema']);
});

test('broken JSON, a body where none belongs, an unknown route', async () => {
    assert.equal((await bot.call('POST', `/channels/${room.id}/messages`, Buffer.from('{"content":'))).body.code, 50109);
    assert.equal((await bot.call('DELETE', `/channels/${room.id}`, {})).body.code, 50035);
    assert.equal((await bot.call('GET', '/channels')).status, 404);
    assert.deepEqual(rules(), ['schema', 'schema', 'route']);
});

const badCommands = [
    ['an upper-case name', { name: 'Incident', description: 'x' }],
    ['no description', { name: 'incident' }],
    ['a description over 100', { name: 'incident', description: 'x'.repeat(101) }],
    ['a required option after an optional one', { name: 'a', description: 'x', options: [{ type: 3, name: 'b', description: 'x' }, { type: 3, name: 'c', description: 'x', required: true }] }],
    ['an option twice', { name: 'a', description: 'x', options: [{ type: 3, name: 'b', description: 'x' }, { type: 3, name: 'b', description: 'x' }] }],
    ['options beside subcommands', { name: 'a', description: 'x', options: [{ type: 1, name: 'b', description: 'x' }, { type: 3, name: 'c', description: 'x' }] }],
    ['a choice over 100', { name: 'a', description: 'x', options: [{ type: 3, name: 'b', description: 'x', choices: [{ name: 'x', value: 'v'.repeat(101) }] }] }],
    ['a misspelt key in an option', { name: 'a', description: 'x', options: [{ type: 3, name: 'b', description: 'x', max_len: 5 }] }],
    ['autocomplete with choices', { name: 'a', description: 'x', options: [{ type: 3, name: 'b', description: 'x', autocomplete: true, choices: [{ name: 'x', value: 'x' }] }] }],
    ['more than 8000 characters', { name: 'a', description: 'x'.repeat(100), options: Array.from({ length: 4 }, (_, n) => ({ type: 3, name: `o${n}`, description: 'y'.repeat(100), choices: Array.from({ length: 25 }, (_, c) => ({ name: `${c}`.padEnd(50, 'n'), value: `${c}`.padEnd(50, 'v') })) })) }],
];
for (const [what, command] of badCommands) {
    test(`a command with ${what} is refused`, async () => {
        const { status, body } = await bot.register([command]);
        assert.equal(status, 400);
        assert.equal(body.code, 50035);
        assert.ok(body.errors[0], JSON.stringify(body.errors));
    });
}

test('a bulk PUT keeps the ids of known names', async () => {
    const one = { name: 'resolve', description: 'x' };
    const first = (await bot.register([one])).body;
    const second = (await bot.register([{ ...one, description: 'y' }, { name: 'ic', description: 'z' }])).body;
    assert.equal(second[0].id, first[0].id);
    assert.equal(second[0].description, 'y');
    assert.equal(standin.commandCreates, 2);
    assert.deepEqual((await bot.call('GET', `/applications/${standin.world.applicationId}/commands`)).body, second);
});

// ---- limits (Rate Limits) ----

test('the sixth message in 5 s is a 429 with headers; then it goes on', async () => {
    for (let left = 4; left >= 0; left--) {
        const { status, headers } = await bot.post(room, { content: 'x' });
        assert.equal(status, 200);
        assert.equal(headers['x-ratelimit-remaining'], String(left));
    }
    const refused = await bot.post(room, { content: 'x' });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers['x-ratelimit-scope'], 'user');
    assert.equal(refused.headers['retry-after'], '5');
    assert.deepEqual(refused.body, { message: 'You are being rate limited.', retry_after: 5, global: false });
    const other = standin.guild().channel('general');
    assert.equal((await bot.post(other, { content: 'x' })).status, 200, 'another channel is another bucket');
    clock.advance(5000);
    assert.equal((await bot.post(room, { content: 'x' })).status, 200);
});

test('the global limit is 50 a second and spares interactions', async () => {
    standin.limits.set('get_my_user', 1000, 1000);
    for (let i = 0; i < 50; i++) await bot.call('GET', '/users/@me');
    const { status, headers, body } = await bot.call('GET', '/users/@me');
    assert.deepEqual([status, headers['x-ratelimit-global'], body.global], [429, 'true', true]);
    const interaction = standin.interactions.open({ type: 3, member: standin.guild().memberNamed('nova'), channel: room, data: {} });
    assert.equal((await bot.answer(interaction, { type: 4, data: { content: 'x', allowed_mentions: NOBODY } })).status, 204);
});

test('a channel is renamed at most twice in ten minutes, without warning', async () => {
    const rename = (name) => bot.call('PATCH', `/channels/${room.id}`, { name });
    assert.equal((await rename('a')).status, 200);
    const second = await rename('b');
    assert.ok(Number(second.headers['x-ratelimit-remaining']) > 0);
    const third = await rename('c');
    assert.equal(third.status, 429);
    assert.equal(third.headers['retry-after'], '600');
    clock.advance(600_000);
    assert.equal((await rename('c')).status, 200);
});

test('texts are kept without blanks at their ends, and blanks alone are nothing', async () => {
    const { body } = await bot.post(room, { content: ' x \n', embeds: [{ title: ' a ', footer: { text: 'b\n' } }] });
    assert.deepEqual([body.content, body.embeds[0].title, body.embeds[0].footer.text], ['x', 'a', 'b']);
    assert.equal((await bot.post(room, { content: ' \n' })).body.code, 50006);
});

test('messages older than an hour take few edits: 30046', async () => {
    const { body } = await bot.post(room, { content: 'x' });
    const edit = (content) => bot.call('PATCH', `/channels/${room.id}/messages/${body.id}`, { content, allowed_mentions: NOBODY });
    clock.advance(3600_001);
    for (const content of ['a', 'b', 'c']) assert.equal((await edit(content)).status, 200);
    const refused = await edit('d');
    assert.deepEqual([refused.status, refused.body.code], [429, 30046]);
});

test('limits can be switched off', async () => {
    await again({ limits: false });
    for (let i = 0; i < 20; i++) assert.equal((await bot.post(room, { content: 'x' })).status, 200);
});

test('ten thousand invalid requests end at the edge', async () => {
    standin.limits.invalid = { limit: 3, perMs: 600_000 };
    for (let i = 0; i < 3; i++) await bot.call('GET', '/users/@me', undefined, { Authorization: 'Bot wrong' });
    const { status, body, text } = await bot.call('GET', '/users/@me');
    assert.deepEqual([status, body, text], [429, null, 'error code: 1015']);
});

// ---- faults ----

test('faults: refusals of every kind, for matching routes only, so many times', async () => {
    const get = () => bot.call('GET', '/users/@me');
    standin.faults.fail('get_my_user', 502);
    assert.deepEqual([(await get()).status, (await get()).status], [502, 200]);
    standin.faults.fail(/^GET .*\/users/, 403, 50001);
    assert.equal((await get()).body.code, 50001);
    for (const scope of ['user', 'global', 'shared']) {
        standin.faults.rateLimit('*', scope, 2);
        const { status, headers } = await get();
        assert.deepEqual([status, headers['x-ratelimit-scope'], headers['retry-after']], [429, scope, '2']);
    }
    standin.faults.cloudflare('*', 30);
    const edge = await get();
    assert.deepEqual([edge.status, edge.body, edge.headers['retry-after']], [429, null, '30']);
});

test('faults: a request dropped is not done, an answer lost is', async () => {
    standin.faults.drop('create_message');
    await assert.rejects(bot.post(room, { content: 'dropped' }));
    assert.equal(room.all.length, 0);
    standin.faults.lose('create_message');
    await assert.rejects(bot.post(room, { content: 'lost' }));
    assert.equal(room.all.length, 1);
});

test('faults: permissions revoked, channels deleted', async () => {
    standin.faults.revoke('SEND_MESSAGES', room);
    assert.equal((await bot.post(room, { content: 'x' })).body.code, 50013);
    standin.faults.revoke('VIEW_CHANNEL', room);
    assert.equal((await bot.call('GET', `/channels/${room.id}`)).body.code, 50001);
    standin.faults.deleteChannel(room);
    assert.equal((await bot.call('GET', `/channels/${room.id}`)).body.code, 10003);
    standin.faults.revoke('MANAGE_CHANNELS');
    assert.equal((await bot.call('POST', `/guilds/${standin.guild().id}/channels`, { name: 'x' })).body.code, 50013);
    assert.deepEqual(rules(), []);
});
