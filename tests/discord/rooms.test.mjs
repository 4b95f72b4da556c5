// Channels, overwrites, messages, nonces, pins and threads.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { BITS, bits, names } from './permissions.mjs';
import { NOBODY, RawBot } from './raw_bot.mjs';
import { ClientRefused, start, virtualClock } from './standin.mjs';

let clock;
let standin;
let bot;
let guild;
let room;

beforeEach(async () => {
    clock = virtualClock();
    standin = await start({ clock });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const create = (fields) => bot.call('POST', `/guilds/${guild.id}/channels`, { name: 'room', ...fields });

/** The live room's overwrites: all may read, the bot alone writes. */
const readOnly = () => [
    { id: guild.id, type: 0, allow: String(bits(['VIEW_CHANNEL', 'READ_MESSAGE_HISTORY'])), deny: String(bits(['SEND_MESSAGES', 'ADD_REACTIONS', 'CREATE_PUBLIC_THREADS', 'CREATE_PRIVATE_THREADS', 'SEND_MESSAGES_IN_THREADS'])) },
    { id: standin.world.bot.id, type: 1, allow: String(bits(['VIEW_CHANNEL', 'SEND_MESSAGES', 'EMBED_LINKS', 'ATTACH_FILES', 'READ_MESSAGE_HISTORY', 'PIN_MESSAGES'])), deny: '0' },
];

test('a read-only room: the bot writes, people read', async () => {
    const { status, body } = await create({ name: 'Live INC 12', topic: 'INC-12', permission_overwrites: readOnly() });
    assert.equal(status, 201);
    assert.equal(body.name, 'live-inc-12');
    const live = guild.channel('live-inc-12');
    assert.equal((await bot.post(live, { content: 'card' })).status, 200);
    const nova = guild.member('nova');
    assert.throws(() => nova.say(live, 'hello'), ClientRefused);
    assert.equal(nova.reads(live).length, 1);
    assert.ok(!(nova.member.permissionsIn(live) & BITS.ADD_REACTIONS));
    assert.deepEqual(rules(), []);
});

test('a bot that shuts itself out is out: 50001', async () => {
    const { body } = await create({ permission_overwrites: [{ id: guild.id, type: 0, deny: '1024' }] });
    assert.equal((await bot.call('GET', `/channels/${body.id}`)).body.code, 50001);
    assert.equal((await bot.post(body, { content: 'x' })).body.code, 50001);
    const list = (await bot.call('GET', `/guilds/${guild.id}/channels`)).body;
    assert.ok(!list.some((channel) => channel.id === body.id), 'a hidden channel is not listed');
});

test('a read-only room stays read-only for the bot without its own overwrite', async () => {
    const { body } = await create({ permission_overwrites: [{ id: guild.id, type: 0, deny: '2048' }] });
    assert.equal((await bot.post(body, { content: 'x' })).body.code, 50013);
});

test('MANAGE_ROLES in an overwrite, or a bit the bot lacks: 50013', async () => {
    const held = standin.world.botPermissions;
    assert.ok(held & BITS.MANAGE_ROLES, 'the bot holds it, and may not hand it on');
    for (const bit of ['MANAGE_ROLES', 'MENTION_EVERYONE']) {
        const over = { id: guild.id, type: 0, deny: String(BITS[bit]) };
        assert.equal((await create({ permission_overwrites: [over] })).body.code, 50013, bit);
        const put = await bot.call('PUT', `/channels/${room.id}/permissions/${guild.id}`, { type: 0, deny: over.deny });
        assert.equal(put.body.code, 50013, bit);
    }
});

test('roles OR their overwrites, the member comes last', () => {
    const role = guild.role('responder');
    const nova = guild.memberNamed('nova');
    room.setOverwrite({ id: guild.id, type: 0, allow: 0n, deny: BITS.VIEW_CHANNEL });
    assert.equal(nova.permissionsIn(room), 0n);
    room.setOverwrite({ id: role.id, type: 0, allow: BITS.VIEW_CHANNEL, deny: BITS.ADD_REACTIONS });
    assert.ok(nova.permissionsIn(room) & BITS.VIEW_CHANNEL);
    assert.ok(!names(nova.permissionsIn(room)).includes('ADD_REACTIONS'));
    room.setOverwrite({ id: nova.id, type: 1, allow: BITS.ADD_REACTIONS, deny: BITS.SEND_MESSAGES });
    assert.ok(names(nova.permissionsIn(room)).includes('ADD_REACTIONS'));
    assert.ok(!(nova.permissionsIn(room) & BITS.SEND_MESSAGES));
    assert.equal(guild.memberNamed('quill').permissionsIn(room), 0n);
});

test('overwrites are put and deleted one by one', async () => {
    const { id } = guild.memberNamed('finch');
    const path = `/channels/${room.id}/permissions/${id}`;
    assert.equal((await bot.call('PUT', path, { type: 1, allow: '0', deny: '1024' })).status, 204);
    assert.equal(guild.memberNamed('finch').permissionsIn(room), 0n);
    assert.equal((await bot.call('DELETE', path)).status, 204);
    assert.equal((await bot.call('DELETE', path)).body.code, 10009);
});

// ---- messages ----

test('a message without nonce or allowed_mentions is posted and noted', async () => {
    await bot.call('POST', `/channels/${room.id}/messages`, { content: 'x' });
    assert.deepEqual(rules(), ['allowed-mentions', 'nonce']);
    assert.equal(room.all.length, 1);
    const edit = await bot.call('PATCH', `/channels/${room.id}/messages/${room.all[0].id}`, { content: 'y' });
    assert.equal(edit.status, 200);
    assert.deepEqual(rules(), ['allowed-mentions', 'nonce', 'allowed-mentions']);
});

test('a nonce posts once; another body under it is swallowed and noted', async () => {
    const first = await bot.post(room, { content: 'x', nonce: 'n1' });
    const second = await bot.post(room, { content: 'x', nonce: 'n1' });
    assert.deepEqual([second.status, second.body.id], [200, first.body.id]);
    assert.equal(room.all.length, 1);
    assert.deepEqual(rules(), []);
    await bot.post(room, { content: 'other', nonce: 'n1' });
    assert.deepEqual(rules(), ['nonce']);
    clock.advance(5 * 60_000 + 1);
    await bot.post(room, { content: 'x', nonce: 'n1' });
    assert.equal(room.all.length, 2, 'after minutes a nonce is forgotten');
});

test('a nonce whose message was deleted: 10008', async () => {
    const { body } = await bot.post(room, { content: 'x', nonce: 'n1' });
    await bot.call('DELETE', `/channels/${room.id}/messages/${body.id}`);
    assert.equal((await bot.post(room, { content: 'x', nonce: 'n1' })).body.code, 10008);
});

test('an empty message: 50006', async () => {
    assert.equal((await bot.post(room, { content: '' })).body.code, 50006);
    const { body } = await bot.post(room, { content: 'x' });
    assert.equal((await bot.call('PATCH', `/channels/${room.id}/messages/${body.id}`, { content: null, allowed_mentions: NOBODY })).body.code, 50006);
});

test('only own messages are edited: 50005', async () => {
    const message = guild.member('nova').say(room, 'mine');
    const reply = await bot.call('PATCH', `/channels/${room.id}/messages/${message.id}`, { content: 'x', allowed_mentions: NOBODY });
    assert.equal(reply.body.code, 50005);
});

test('who is pinged is what allowed_mentions says', async () => {
    const nova = guild.member('nova');
    const quill = guild.member('quill');
    const content = `${nova.mention} ${quill.mention} <@&${guild.role('responder').id}> @everyone`;
    await bot.post(room, { content });
    assert.deepEqual(room.all[0].pinged, { users: [], roles: [], everyone: false });
    await bot.post(room, { content, allowed_mentions: { parse: [], users: [nova.id] } });
    assert.deepEqual(room.all[1].pinged, { users: [nova.id], roles: [], everyone: false });
    const role = guild.role('responder');
    for (const mentionable of [false, true]) {
        role.mentionable = mentionable;
        await bot.post(room, { content, allowed_mentions: { parse: [], roles: [role.id] } });
        assert.deepEqual(room.all.at(-1).pinged.roles, mentionable ? [role.id] : [], 'without MENTION_EVERYONE');
    }
    await bot.call('POST', `/channels/${room.id}/messages`, { content, nonce: 'n', enforce_nonce: true });
    assert.deepEqual(room.all.at(-1).pinged.users, [nova.id, quill.id], 'left out: all are parsed');
    assert.equal(room.all.at(-1).pinged.everyone, false, 'the bot lacks MENTION_EVERYONE');
});

test('messages are listed newest first, those of others without their text', async () => {
    await bot.post(room, { content: 'one' });
    guild.member('nova').say(room, 'private words');
    await bot.post(room, { content: 'two' });
    const all = (await bot.call('GET', `/channels/${room.id}/messages?limit=50`)).body;
    assert.deepEqual(all.map((message) => message.content), ['two', '', 'one']);
    const before = (await bot.call('GET', `/channels/${room.id}/messages?before=${all[0].id}&limit=1`)).body;
    assert.equal(before[0].id, all[1].id);
});

test('pins: 204, listed newest first, a notice in the channel, PIN_MESSAGES needed', async () => {
    const ids = [];
    for (const content of ['a', 'b']) ids.push((await bot.post(room, { content })).body.id);
    for (const id of ids) {
        assert.equal((await bot.call('PUT', `/channels/${room.id}/messages/pins/${id}`)).status, 204);
        clock.advance(1000);
    }
    const { body } = await bot.call('GET', `/channels/${room.id}/messages/pins`);
    assert.deepEqual(body.items.map((item) => item.message.content), ['b', 'a']);
    assert.deepEqual(room.pinned.map((message) => message.content), ['a', 'b']);
    assert.equal(room.all.filter((message) => message.type === 6).length, 2);
    await bot.call('DELETE', `/channels/${room.id}/messages/pins/${ids[0]}`);
    assert.deepEqual(room.pinned.map((message) => message.content), ['b']);
    standin.faults.revoke('PIN_MESSAGES');
    assert.equal((await bot.call('PUT', `/channels/${room.id}/messages/pins/${ids[0]}`)).body.code, 50013);
});

// ---- threads ----

test('a thread from a message has its id and is made once', async () => {
    const { body: message } = await bot.post(room, { content: 'x' });
    const start = () => bot.call('POST', `/channels/${room.id}/messages/${message.id}/threads`, { name: 'Why' });
    const { status, body } = await start();
    assert.deepEqual([status, body.id, body.type], [201, message.id, 11]);
    assert.equal((await start()).body.code, 160004);
});

test('a thread without a type is private, and noted', async () => {
    const { body } = await bot.call('POST', `/channels/${room.id}/threads`, { name: 'x' });
    assert.equal(body.type, 12);
    assert.deepEqual(rules(), ['thread-type']);
});

test('each kind of channel has its own threads, or none', async () => {
    const place = (type) => guild.createChannel({ name: `t${type}`, type });
    for (const [channel, type, status] of [[room, 10, 400], [place(5), 11, 400], [place(5), 10, 201], [place(2), 11, 400]]) {
        const { status: got, body } = await bot.call('POST', `/channels/${channel.id}/threads`, { name: 'x', type });
        assert.equal(got, status, `type ${type} in ${channel.name}`);
        assert.equal(body.code, status === 400 ? 50024 : undefined);
    }
});

test('an archived thread opens when something is sent, but not when locked', async () => {
    const { body } = await bot.call('POST', `/channels/${room.id}/threads`, { name: 'x', type: 11 });
    const thread = guild.channel(body.id);
    thread.archived = true;
    assert.equal((await bot.post(thread, { content: 'x' })).status, 200);
    assert.equal(thread.archived, false);
    thread.locked = true;
    assert.equal((await bot.post(thread, { content: 'x' })).body.code, 160005);
});

test('waiting for a room or a message ends when it comes, or with a reason', async () => {
    const coming = guild.channelNamed(/^live-/);
    await create({ name: 'live-1' });
    const live = await coming;
    const message = live.message('disk');
    await bot.post(live, { embeds: [{ title: 'Disk full' }], content: 'a disk' });
    assert.equal((await message).text, 'a disk\nDisk full');
    await assert.rejects(guild.channelNamed('never', 1), /waited 1 ms in vain for a channel named never/);
});
