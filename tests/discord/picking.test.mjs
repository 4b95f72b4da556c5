// What a person finds without knowing names by heart: choices while typing,
// menus on messages and people.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { NOBODY, RawBot } from './raw_bot.mjs';
import { ClientRefused, NoAnswer, start, virtualClock } from './standin.mjs';

const DEFINITIONS = [
    {
        name: 'timeline', description: 'The record', options: [{
            type: 1, name: 'edit', description: 'Correct an entry', options: [
                { type: 4, name: 'id', description: 'Which', required: true, autocomplete: true },
                { type: 3, name: 'text', description: 'What', required: true, max_length: 20 },
                { type: 10, name: 'load', description: 'Load', autocomplete: true },
                { type: 3, name: 'when', description: 'When', autocomplete: true },
                { type: 6, name: 'by', description: 'By whom' },
                { type: 11, name: 'file', description: 'Log' },
            ],
        }],
    },
    { name: 'admin', description: 'Admins', default_member_permissions: '8', options: [{ type: 3, name: 'x', description: 'x', autocomplete: true }] },
    { name: 'Add to timeline', type: 3 },
    { name: 'Assign as commander', type: 2 },
    { name: 'Admins only', type: 3, default_member_permissions: '8' },
];

let clock;
let standin;
let bot;
let guild;
let room;
let nova;
let quill;

beforeEach(async () => {
    clock = virtualClock();
    standin = await start({ clock });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    quill = guild.member('quill');
    assert.equal((await bot.register(DEFINITIONS)).status, 200);
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const typing = (focused, typed, values = {}) => nova.beginComplete('/timeline edit', values, focused, typed, { channel: room });
const offer = (pending, choices) => bot.answer(pending.interaction, { type: 8, data: { choices } });
const words = (content, flags) => ({ type: 4, data: { content, allowed_mentions: NOBODY, ...(flags ? { flags } : {}) } });

test('who is mentioned within a text comes along', async () => {
    const socket = await bot.identify();
    nova.begin('/timeline edit', { text: `${quill.mention} <@1>`, id: 5 }, { channel: room, raw: true });
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.deepEqual(Object.keys(d.data.resolved.users), [quill.id]);
    assert.deepEqual(Object.keys(d.data.resolved.members), [quill.id]);
});

// ---- choices while typing ----

test('typing: what is there so far, unresolved, and the text of the one being typed', async () => {
    const socket = await bot.identify();
    const values = { text: 'longer than the option allows', by: 'quill', id: 5, file: { name: 'x', bytes: 'x' } };
    typing('load', '0.', values);
    const { d } = await socket.event('INTERACTION_CREATE');
    const [{ name, options }] = d.data.options;
    assert.deepEqual([d.type, d.data.type, name, d.data.resolved], [4, 1, 'edit', undefined]);
    assert.deepEqual(options.map((one) => [one.name, one.type, one.focused]), [
        ['text', 3, undefined], ['by', 6, undefined], ['id', 4, undefined], ['file', 11, undefined], ['load', 10, true],
    ]);
    assert.deepEqual([options[0].value, options[1].value, options[2].value, options[4].value], ['longer than the option allows', quill.id, 5, '0.']);
    assert.match(options[3].value, /^\d+$/);
});

test('what is offered comes back, also nothing at all', async () => {
    const choices = [{ name: '#5 14:02 disk full', value: 5 }, { name: '#7 14:05 root cleared', value: 7 }];
    const pending = nova.complete('/timeline edit', {}, 'id', 'di', { channel: room });
    await offer({ interaction: [...standin.interactions.byId.values()].at(-1) }, choices);
    assert.deepEqual(await pending, choices);
    const none = typing('when', '');
    assert.equal((await offer(none, [])).status, 204);
    assert.deepEqual((await none.final).choices, []);
    assert.deepEqual(rules(), []);
});

test('nobody types in an option without choices of the bot, or in a command they do not see', () => {
    assert.throws(() => nova.complete('/timeline edit', {}, 'text', 'x'), /no autocomplete/);
    assert.throws(() => nova.complete('/timeline edit', { who: 'x' }, 'id', 'x'), /no option who/);
    assert.throws(() => nova.complete('/admin', {}, 'x', 'x'), /lacks the permissions/);
    room.setOverwrite({ id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
    assert.throws(() => typing('id', '5'), /read-only/);
});

const choice = (name, value) => [{ name, value }];
const misfits = [
    ['26 choices', 'when', { type: 8, data: { choices: Array.from({ length: 26 }, (_, n) => ({ name: `${n}`, value: `${n}` })) } }],
    ['a name of 101', 'when', { type: 8, data: { choices: choice('x'.repeat(101), 'x') } }],
    ['an empty name', 'when', { type: 8, data: { choices: choice('', 'x') } }],
    ['a blank name', 'when', { type: 8, data: { choices: choice('  ', 'x') } }],
    ['a value of 101', 'when', { type: 8, data: { choices: choice('x', 'x'.repeat(101)) } }],
    ['an empty value', 'when', { type: 8, data: { choices: choice('x', '') } }],
    ['text for an integer', 'id', { type: 8, data: { choices: choice('x', '5') } }],
    ['a fraction for an integer', 'id', { type: 8, data: { choices: choice('x', 5.5) } }],
    ['a number for text', 'when', { type: 8, data: { choices: choice('x', 5) } }],
    ['text for a number', 'load', { type: 8, data: { choices: choice('x', '0.5') } }],
    ['a misspelt key', 'when', { type: 8, data: { choices: [{ name: 'x', value: 'x', label: 'x' }] } }],
    ['null among the choices', 'when', { type: 8, data: { choices: [null] } }],
    ['flags', 'when', { type: 8, data: { choices: [], flags: 64 } }],
    ['a message', 'when', words('x')],
    ['a private message', 'when', words('x', 64)],
    ['a deferral', 'when', { type: 5 }],
    ['a form', 'when', { type: 9, data: { custom_id: 'x', title: 'x', components: [{ type: 10, content: 'x' }] } }],
];
for (const [what, focused, body] of misfits) {
    test(`choices: ${what} is refused, and right ones still pass`, async () => {
        const pending = typing(focused, 'x');
        const reply = await bot.answer(pending.interaction, body);
        assert.deepEqual([reply.status, reply.body.code], [400, 50035]);
        assert.deepEqual(rules(), ['schema']);
        assert.equal((await offer(pending, choice('x'.repeat(100), focused === 'when' ? 'x'.repeat(100) : 5))).status, 204);
    });
}

test('choices come within three seconds, and once', async () => {
    const late = typing('when', '5m');
    clock.advance(3001);
    await assert.rejects(late.final, NoAnswer);
    assert.equal((await offer(late, [])).body.code, 10062);
    const once = typing('when', '5m a');
    await offer(once, []);
    assert.equal((await offer(once, [])).body.code, 40060);
    assert.deepEqual(rules(), ['late-callback', 'double-ack']);
});

test('choices leave nothing to edit', async () => {
    const pending = typing('when', '');
    await offer(pending, []);
    const path = `/webhooks/${standin.world.applicationId}/${pending.interaction.token}/messages/@original`;
    assert.equal((await bot.call('PATCH', path, { content: 'x', allowed_mentions: NOBODY })).body.code, 10008);
});

// ---- menus ----

test('a menu on a message brings all of it, without the Message Content intent', async () => {
    const socket = await bot.identify();
    const files = [{ name: 'df.txt', type: 'text/plain', bytes: '100%' }];
    const message = quill.say(room, `it is the disk, ${nova.mention}`, files);
    const said = clock.now();
    clock.advance(60_000);
    const menu = nova.messageMenu(message, 'Add to timeline');
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.deepEqual([d.type, d.data.type, d.data.name, d.data.options, d.data.target_id], [2, 3, 'Add to timeline', undefined, message.id]);
    const got = d.data.resolved.messages[message.id];
    assert.equal(got.content, `it is the disk, ${nova.mention}`);
    assert.deepEqual([got.author.id, got.author.username, got.channel_id, got.type], [quill.id, 'quill', room.id, 0]);
    assert.equal(Date.parse(got.timestamp), said);
    assert.deepEqual([got.edited_timestamp, got.embeds, got.mentions[0].id], [null, [], nova.id]);
    assert.deepEqual([got.attachments[0].filename, got.attachments[0].size, got.attachments[0].content_type], ['df.txt', 4, 'text/plain']);
    assert.equal(await (await fetch(got.attachments[0].url)).text(), '100%');
    assert.equal((await bot.call('GET', `/channels/${room.id}/messages/${message.id}`)).body.attachments.length, 0, 'read the other way it stays hidden');
    await bot.answer(d, words('added', 64));
    const answer = await menu;
    assert.deepEqual([answer.content, answer.ephemeral], ['added', true]);
    assert.deepEqual(rules(), []);
});

test('a menu on a person brings the user and the member with the rights here', async () => {
    const socket = await bot.identify();
    const menu = nova.userMenu('quill', 'Assign as commander', { channel: room });
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.deepEqual([d.data.type, d.data.target_id, d.channel_id], [2, quill.id, room.id]);
    const { users, members } = d.data.resolved;
    assert.equal(users[quill.id].username, 'quill');
    assert.equal(members[quill.id].permissions, String(quill.member.permissionsIn(room)));
    assert.equal(members[quill.id].user, undefined, 'a resolved member has no user');
    await bot.answer(d, words('taken'));
    assert.equal((await menu).message.json().type, 23);
    assert.deepEqual(rules(), []);
});

test('a menu may be answered by a form', async () => {
    const pending = nova.beginMenu(quill.say(room, 'x'), 'Add to timeline');
    await bot.answer(pending.interaction, { type: 9, data: { custom_id: 'x', title: 'Add', components: [{ type: 10, content: 'x' }] } });
    assert.equal((await pending.final).kind, 'modal');
});

test('menus are refused where a client has none', () => {
    const message = quill.say(room, 'x');
    assert.throws(() => nova.messageMenu(message, 'Assign as commander'), /no menu/);
    assert.throws(() => nova.userMenu('quill', 'Add to timeline'), /no menu/);
    assert.throws(() => nova.messageMenu(message, 'Admins only'), /lacks the permissions/);
    assert.ok(nova.sees('Add to timeline', room) && !nova.sees('Admins only', room) && !nova.sees('Nothing', room));
    standin.messages.delete(message);
    assert.throws(() => nova.messageMenu(message, 'Add to timeline'), /gone/);
    const other = quill.say(room, 'y');
    room.setOverwrite({ id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
    assert.throws(() => nova.messageMenu(other, 'Add to timeline'), ClientRefused, 'not in a read-only room');
});

const menu = (fields) => [{ name: 'Make action item', type: 3, ...fields }];
const badMenus = [
    ['a description', menu({ description: 'x' }), ['0', 'description']],
    ['options', menu({ options: [{ type: 3, name: 'x', description: 'x' }] }), ['0', 'options']],
    ['a name of 33', menu({ name: 'x'.repeat(33) }), ['0', 'name']],
    ['no name', menu({ name: '' }), ['0', 'name']],
    ['a blank at the end', menu({ name: 'Add ' }), ['0', 'name']],
    ['sixteen in a scope', Array.from({ length: 16 }, (_, n) => ({ name: `Menu ${n}`, type: 3 })), ['15']],
    ['a name twice', [...menu(), ...menu()], ['1', 'name']],
];
for (const [what, list, path] of badMenus) {
    test(`a menu with ${what} is refused`, async () => {
        const { status, body } = await bot.register(list);
        assert.deepEqual([status, body.code], [400, 50035]);
        assert.ok(path.reduce((node, key) => node?.[key], body.errors)?._errors, JSON.stringify(body.errors));
    });
}

test('menus: mixed case and blanks, fifteen of each kind, a name shared across kinds', async () => {
    const list = [2, 3].flatMap((type) => Array.from({ length: 15 }, (_, n) => ({ name: `Menu Number ${n}`, type })));
    assert.equal((await bot.register(list)).status, 200);
    assert.deepEqual(rules(), []);
});
