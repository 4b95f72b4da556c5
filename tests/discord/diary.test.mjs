// What reached people: counted, in order, and as they see it now.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { NOBODY, RawBot } from './raw_bot.mjs';
import { start, virtualClock } from './standin.mjs';

let clock;
let standin;
let bot;
let guild;
let room;
let nova;
let quill;

beforeEach(async () => {
    clock = virtualClock(Date.UTC(2026, 0, 5, 12));
    standin = await start({ clock });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    quill = guild.member('quill');
    assert.equal((await bot.register([{ name: 'add', description: 'x', options: [{ type: 3, name: 'id', description: 'x', autocomplete: true }] }])).status, 200);
});
afterEach(async () => { bot.close(); await standin.close(); });

const text = (content, more) => ({ content, allowed_mentions: NOBODY, ...more });
const edit = (id, content) => bot.call('PATCH', `/channels/${room.id}/messages/${id}`, text(content));
const short = (entries) => entries.map(({ at, what, text: said }) => [at - Date.UTC(2026, 0, 5, 12), what, said]);

test('the diary of a channel: made, changed, deleted, with the words of then', async () => {
    const { body } = await bot.post(room, { content: 'one' });
    clock.advance(1000);
    nova.say(room, 'hello');
    await edit(body.id, 'one, corrected');
    clock.advance(1000);
    await bot.post(guild.channel('general'), { content: 'elsewhere' });
    guild.owner.deleteMessage(room.messages.get(body.id));
    assert.deepEqual(short(standin.diary.in(room)), [
        [0, 'create', 'one'], [1000, 'create', 'hello'], [1000, 'edit', 'one, corrected'], [2000, 'delete', ''],
    ]);
    assert.deepEqual(short(standin.diary.in(room, 'edit', 'delete')).map(([, what]) => what), ['edit', 'delete']);
    const [{ message }] = standin.diary.in(room);
    assert.deepEqual(short(standin.diary.of(message, 'create')), [[0, 'create', 'one']]);
});

test('what one person got: private answers, forms, choices, pings', async () => {
    const answered = async (pending, type, data) => { await bot.answer(pending.interaction, { type, data }); return pending.interaction; };
    const first = nova.begin('/add', {}, { channel: room });
    await answered(first, 5, { flags: 64 });
    clock.advance(500);
    await bot.call('PATCH', `/webhooks/${standin.world.applicationId}/${first.interaction.token}/messages/@original`, text('kept'));
    await answered(nova.begin('/add', {}, { channel: room }), 9, { custom_id: 'x', title: 'Resolve', components: [{ type: 10, content: 'x' }] });
    await answered(nova.beginComplete('/add', {}, 'id', '', { channel: room }), 8, { choices: [{ name: '#5', value: '5' }] });
    await answered(quill.begin('/add', {}, { channel: room }), 4, text('not for nova', { flags: 64 }));
    await bot.post(room, { content: `${nova.mention} take over`, allowed_mentions: { parse: [], users: [nova.id] } });
    await bot.post(room, { content: `${nova.mention} is named only` });
    assert.deepEqual(short(standin.diary.to(nova)), [
        [0, 'create', ''], [500, 'edit', 'kept'], [500, 'form', 'Resolve'], [500, 'choices', '#5'], [500, 'create', `${nova.mention} take over`],
    ]);
    assert.deepEqual(short(standin.diary.in(room)).length, 2, 'private ones are in no channel');
    assert.ok(first.interaction.took >= 0);
});

test('a screen: names for mentions, times in UTC, buttons, files, private answers of this reader', async () => {
    const [seconds, role] = [Date.UTC(2026, 0, 5, 11, 50) / 1000, guild.role('responder').id];
    const styles = ['t', 'T', 'd', 'f', 'R'].map((style) => `<t:${seconds}:${style}>`).join(' | ');
    await bot.post(room, { content: `${nova.mention} <@&${role}> <#${room.id}> </incident declare:12>`, embeds: [{ title: 'Disk full', fields: [{ name: 'Since', value: styles }] }] });
    await bot.post(room, { content: 'card', components: [{ type: 1, components: [{ type: 2, style: 1, label: 'Resolve', custom_id: 'x' }] }] });
    quill.say(room, 'see', [{ name: 'df.txt', bytes: 'x' }]);
    for (const [person, words] of [[nova, 'for nova'], [quill, 'for quill']]) {
        await bot.answer(person.begin('/add', {}, { channel: room }).interaction, { type: 4, data: text(words, { flags: 64 }) });
    }
    await bot.answer(nova.begin('/add', {}, { channel: room }).interaction, { type: 5 });
    assert.equal(nova.screen(room), [
        '@nova @responder #ops /incident declare\nDisk full\nSince\n11:50 | 11:50:00 | 2026-01-05 | 2026-01-05 11:50 | 10 minutes ago',
        'card\nResolve', 'see\n[df.txt]', 'for nova', 'thinking…',
    ].join('\n\n'));
    clock.advance(3 * 3600_000);
    assert.match(quill.screen(room), /3 hours ago(.|\n)*for quill/);
    guild.owner.setOverwrite(room, 'quill', { deny: 'READ_MESSAGE_HISTORY' });
    assert.equal(quill.screen(room), 'for quill');
});

test('an edit that leaves nothing changes nothing', async () => {
    const { body } = await bot.post(room, { content: 'one' });
    assert.equal((await edit(body.id, '')).body.code, 50006);
    assert.equal(room.messages.get(body.id).content, 'one');
    assert.deepEqual(standin.diary.in(room, 'edit'), []);
});
