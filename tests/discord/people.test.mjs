// What people do to the rooms behind the bot's back, what it hears of it, and
// what REST says afterwards.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { BITS, bits } from './permissions.mjs';
import { NOBODY, RawBot } from './raw_bot.mjs';
import { ClientRefused, start, virtualClock } from './standin.mjs';

const GUILDS = 1, GUILD_MESSAGES = 1 << 9;

let clock;
let standin;
let bot;
let guild;
let room;
let nova;
let owner;

beforeEach(async () => {
    clock = virtualClock();
    standin = await start({ clock });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    owner = guild.owner;
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const post = async (content) => { const { body } = await bot.post(room, { content }); return room.messages.get(body.id); };
const patch = (path, body) => bot.call('PATCH', path, { allowed_mentions: NOBODY, ...body });

/** The types of dispatches up to now, in order. */
async function heard(socket) {
    socket.send(1, null);
    await socket.op(11);
    return socket.got.splice(0).filter((payload) => payload.op === 0 && payload.t !== 'GUILD_CREATE').map((payload) => payload.t);
}

test('a deleted message: 10008 wherever it is named', async () => {
    const card = await post('card');
    const path = `/channels/${room.id}/messages/${card.id}`;
    owner.deleteMessage(card);
    const replies = [
        await patch(path, { content: 'x' }), await bot.call('GET', path), await bot.call('DELETE', path),
        await bot.call('PUT', `/channels/${room.id}/messages/pins/${card.id}`),
        await bot.call('POST', `${path}/threads`, { name: 'x' }),
    ];
    for (const { status, body } of replies) assert.deepEqual([status, body.code], [404, 10008]);
    assert.deepEqual(room.all, []);
    assert.deepEqual(rules(), [], 'no fault of the bot');
});

test('a deleted answer: 10008 through the webhook too, and nobody presses its buttons', async () => {
    await bot.register([{ name: 'add', description: 'x' }]);
    const pending = nova.begin('/add', {}, { channel: room });
    const button = { type: 2, style: 1, label: 'Undo', custom_id: 'undo' };
    await bot.answer(pending.interaction, { type: 4, data: { content: 'x', components: [{ type: 1, components: [button] }], allowed_mentions: NOBODY } });
    const { message } = await pending.final;
    owner.deleteMessage(message);
    assert.throws(() => nova.press(message, 'Undo'), /gone/);
    const path = `/webhooks/${standin.world.applicationId}/${pending.interaction.token}/messages/@original`;
    assert.equal((await patch(path, { content: 'y' })).body.code, 10008);
});

test('a deleted channel: 10003, its threads too, and nobody calls a command there', async () => {
    await bot.register([{ name: 'add', description: 'x' }]);
    const { body: thread } = await bot.call('POST', `/channels/${room.id}/threads`, { name: 'x', type: 11 });
    const pending = nova.begin('/add', {}, { channel: room });
    owner.deleteChannel(room);
    for (const id of [room.id, thread.id]) {
        const replies = [
            await bot.call('GET', `/channels/${id}`), await patch(`/channels/${id}/messages/1`, { content: 'x' }),
            await bot.post({ id }, { content: 'x' }), await bot.call('DELETE', `/channels/${id}`),
        ];
        for (const { status, body } of replies) assert.deepEqual([status, body.code], [404, 10003]);
    }
    assert.equal((await bot.answer(pending.interaction, { type: 5 })).body.code, 10003);
    assert.throws(() => nova.begin('/add', {}, { channel: room }), /#ops is gone/);
    assert.ok(!(await bot.call('GET', `/guilds/${guild.id}/channels`)).body.some((one) => one.id === room.id));
    assert.deepEqual(rules(), []);
});

test('which events come depends on the intents', async () => {
    const [kept, gone, many, more] = [await post('a'), await post('b'), await post('c'), await post('d')];
    const act = () => {
        owner.editChannel(room, { name: 'war room' });
        owner.setOverwrite(room, 'finch', { deny: 'VIEW_CHANNEL' });
        owner.setOverwrite(room, 'finch');
        owner.pin(kept);
        owner.unpin(kept);
        owner.deleteMessage(gone);
        owner.deleteMessages([many, more]);
        owner.deleteChannel(room);
    };
    const both = await bot.identify({}, { intents: GUILDS | GUILD_MESSAGES });
    clock.advance(5000);
    const rooms = await bot.identify({}, { intents: GUILDS });
    clock.advance(5000);
    const none = await bot.identify({}, { intents: 0 });
    act();
    const ofRooms = ['CHANNEL_UPDATE', 'CHANNEL_UPDATE', 'CHANNEL_UPDATE', 'CHANNEL_PINS_UPDATE', 'CHANNEL_PINS_UPDATE', 'CHANNEL_DELETE'];
    assert.deepEqual(await heard(rooms), ofRooms);
    assert.deepEqual(await heard(none), []);
    assert.deepEqual(await heard(both), [...ofRooms.slice(0, 4), 'MESSAGE_CREATE', ...ofRooms.slice(4, 5), 'MESSAGE_DELETE', 'MESSAGE_DELETE_BULK', 'CHANNEL_DELETE']);
});

test('what the events say', async () => {
    const socket = await bot.identify({}, { intents: GUILDS | GUILD_MESSAGES });
    const card = await post('card');
    const others = [await post('x'), await post('y')];
    owner.pin(card);
    assert.deepEqual((await socket.event('CHANNEL_PINS_UPDATE')).d, { guild_id: guild.id, channel_id: room.id, last_pin_timestamp: room.json().last_pin_timestamp });
    assert.equal(room.all.at(-1).author.id, owner.id, 'the notice names who pinned');
    owner.deleteMessage(card);
    assert.deepEqual((await socket.event('MESSAGE_DELETE')).d, { id: card.id, channel_id: room.id, guild_id: guild.id });
    assert.equal(room.pins.size, 0);
    owner.deleteMessages(others);
    assert.deepEqual((await socket.event('MESSAGE_DELETE_BULK')).d, { ids: others.map((one) => one.id), channel_id: room.id, guild_id: guild.id });
    owner.editChannel(room, { name: 'War Room', topic: 'INC-1' });
    const changed = (await socket.event('CHANNEL_UPDATE')).d;
    assert.deepEqual([changed.id, changed.name, changed.topic], [room.id, 'war-room', 'INC-1']);
    owner.setOverwrite(room, 'responder', { allow: 'VIEW_CHANNEL', deny: ['SEND_MESSAGES'] });
    assert.deepEqual((await socket.event('CHANNEL_UPDATE')).d.permission_overwrites,
        [{ id: guild.role('responder').id, type: 0, allow: '1024', deny: '2048' }]);
    owner.deleteChannel(room);
    assert.deepEqual([(await socket.event('CHANNEL_DELETE')).d].map(({ id, name, guild_id: of }) => [id, name, of]), [[room.id, 'war-room', guild.id]]);
    assert.ok(!socket.got.some((payload) => payload.t === 'CHANNEL_PINS_UPDATE'), 'deleting a pinned message is no pins update');
});

test('of a channel it cannot see the bot hears no messages, and only a husk of the channel', async () => {
    const socket = await bot.identify({}, { intents: GUILDS | GUILD_MESSAGES });
    owner.setOverwrite(room, standin.world.bot.id, { deny: 'VIEW_CHANNEL' });
    assert.equal((await socket.event('CHANNEL_UPDATE')).d.name, '___hidden___');
    const message = nova.say(room, 'secret');
    owner.pin(message);
    owner.deleteMessage(message);
    owner.deleteChannel(room);
    assert.equal((await socket.event('CHANNEL_DELETE')).d.name, '___hidden___');
    assert.deepEqual(await heard(socket), []);
});

test('permissions of the bot are taken away and given back', async () => {
    const socket = await bot.identify();
    const create = (name) => bot.call('POST', `/guilds/${guild.id}/channels`, { name });
    const before = guild.bot.permissions;
    guild.setBotPermissions(before & ~BITS.MANAGE_CHANNELS);
    const { role } = (await socket.event('GUILD_ROLE_UPDATE')).d;
    assert.deepEqual([role.tags.bot_id, BigInt(role.permissions) & BITS.MANAGE_CHANNELS], [standin.world.bot.id, 0n]);
    assert.deepEqual([(await create('x')).status, (await create('x')).body.code], [403, 50013]);
    guild.setBotPermissions(before);
    assert.equal((await create('x')).status, 201);

    standin.faults.revoke('SEND_MESSAGES', room);
    assert.equal((await bot.post(room, { content: 'x' })).body.code, 50013);
    standin.faults.grant('SEND_MESSAGES', room);
    assert.equal((await bot.post(room, { content: 'x' })).status, 200);
    standin.faults.revoke(['PIN_MESSAGES', 'VIEW_CHANNEL']);
    assert.equal((await bot.post(room, { content: 'x' })).body.code, 50001);
    standin.faults.grant(['PIN_MESSAGES', 'VIEW_CHANNEL']);
    assert.equal((await bot.post(room, { content: 'x' })).status, 200);
    assert.deepEqual(rules(), []);
});

test('what an overwrite takes, another gives', async () => {
    room.setOverwrite({ id: guild.id, type: 0, allow: 0n, deny: BITS.SEND_MESSAGES });
    assert.equal((await bot.post(room, { content: 'x' })).body.code, 50013);
    owner.setOverwrite(room, standin.world.bot.id, { allow: 'SEND_MESSAGES' });
    assert.equal((await bot.post(room, { content: 'x' })).status, 200);
});

test('a role that is gone: nobody has it, 10011, no overwrite names it', async () => {
    const socket = await bot.identify();
    const { id } = guild.role('responder');
    owner.setOverwrite(room, 'responder', { allow: 'VIEW_CHANNEL' });
    guild.deleteRole('responder');
    assert.equal((await socket.event('GUILD_ROLE_DELETE')).d.role_id, id);
    assert.ok(!nova.member.roleIds.has(id) && !room.overwrites.has(id));
    assert.equal((await bot.call('PUT', `/guilds/${guild.id}/members/${nova.id}/roles/${id}`)).body.code, 10011);
});

test('people without the rights do none of this', async () => {
    const card = await post('card');
    const mine = nova.say(room, 'mine');
    assert.equal(nova.editMessage(mine, 'mine, still').edits, 1);
    nova.deleteMessage(mine);
    const acts = [
        () => nova.editMessage(card, 'x'), () => nova.deleteMessage(card), () => nova.deleteMessages([card]), () => nova.deleteMessage(mine),
        () => nova.pin(card), () => nova.editChannel(room, { name: 'x' }), () => nova.deleteChannel(room),
        () => nova.setOverwrite(room, 'quill', { deny: 'VIEW_CHANNEL' }),
    ];
    for (const act of acts) assert.throws(act, ClientRefused);
    guild.setRole('responder', { permissions: bits(['MANAGE_MESSAGES']) });
    nova.deleteMessage(card);
    assert.deepEqual(room.all, []);
});
