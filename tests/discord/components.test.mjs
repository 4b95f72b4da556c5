// Buttons and selects of messages: what a press sends, how it may be answered,
// private messages that change in place, tokens that die.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { NOBODY, RawBot } from './raw_bot.mjs';
import { ClientRefused, start, virtualClock } from './standin.mjs';

const row = (...components) => ({ type: 1, components });
const button = (label, more) => ({ type: 2, style: 2, label, custom_id: `do|${label}`, ...more });
const choices = ['Kept', 'Reverted', 'Handed over'].map((label) => ({ label, value: label.toLowerCase() }));
const select = (more) => ({ type: 3, custom_id: 'settle|7', placeholder: 'What became of it?', options: choices, ...more });
const MINUTES = 60_000;

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
    assert.equal((await bot.register([{ name: 'resolve', description: 'x' }])).status, 200);
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const said = (content, more) => ({ content, allowed_mentions: NOBODY, ...more });
const answer = (pending, type, data) => bot.answer(pending.interaction, { type, ...(data ? { data } : {}) });
const hook = (pending, rest = '') => `/webhooks/${standin.world.applicationId}/${pending.interaction.token}${rest}`;
const original = (pending) => hook(pending, '/messages/@original');
async function card(...components) {
    const { status, body } = await bot.post(room, { content: 'card', components });
    assert.equal(status, 200, JSON.stringify(body));
    return room.messages.get(body.id);
}
/** A message only nova sees. */
async function whisper(...components) {
    const pending = nova.begin('/resolve', {}, { channel: room });
    assert.equal((await answer(pending, 4, said('open changes', { flags: 64, components }))).status, 204);
    return { pending, message: (await pending.final).message };
}

test('a press names the button and brings the message it is on', async () => {
    const message = await card(row(button('Take'), button('Leave')));
    const socket = await bot.identify();
    quill.beginPress(message, 'Leave');
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.deepEqual(d.data, { component_type: 2, custom_id: 'do|Leave', id: 3 });
    assert.deepEqual([d.type, d.message.id, d.message.content, d.member.user.username], [3, message.id, 'card', 'quill']);
});

test('a select delivers what was picked, by value or label, and only what is offered', async () => {
    const message = await card(row(select({ max_values: 2 })));
    const { data } = nova.beginPress(message, 'What became of it?', { values: ['Kept', 'handed over'] }).interaction;
    assert.deepEqual(data, { component_type: 3, custom_id: 'settle|7', id: 2, values: ['kept', 'handed over'] });
    const refusals = [[['lost'], /no choice "lost"/], [[], /pick 1 to 2/], [choices.map((one) => one.value), /pick 1 to 2/], [['kept', 'Kept'], /twice/]];
    for (const [values, words] of refusals) assert.throws(() => nova.press(message, 'settle|7', { values }), words);
    assert.deepEqual(nova.beginPress(message, 'settle|7', { values: ['forged'], raw: true }).interaction.data.values, ['forged']);
});

test('selects of people and rooms resolve what was picked', async () => {
    const message = await card(row({ type: 5, custom_id: 'who', max_values: 2 }), row({ type: 8, custom_id: 'where', channel_types: [0] }));
    const who = nova.beginPress(message, 'who', { values: ['quill', 'finch'] }).interaction.data;
    assert.deepEqual(who.values, ['quill', 'finch'].map((name) => guild.memberNamed(name).id));
    assert.equal(who.resolved.users[who.values[1]].username, 'finch');
    const where = nova.beginPress(message, 'where', { values: 'general' }).interaction.data;
    assert.equal(where.resolved.channels[where.values[0]].name, 'general');
});

// ---- answers ----

test('type 7 changes the message in place, type 6 leaves it for later', async () => {
    const message = await card(row(button('Take')));
    const now = nova.beginPress(message, 'Take');
    await answer(now, 7, said('taken', { components: [row(button('Give'))] }));
    assert.equal((await now.final).message, message);
    assert.deepEqual([message.text, message.edits], ['taken\nGive', 1]);
    const later = nova.beginPress(message, 'Give');
    await answer(later, 6);
    assert.deepEqual([(await later.final).kind, message.text], ['update', 'taken\nGive']);
    assert.equal((await bot.call('PATCH', original(later), said('given'))).status, 200);
    assert.equal(message.text, 'given\nGive', 'what an edit leaves out stays');
    assert.deepEqual(rules(), []);
});

test('type 4, 5 and 9 answer beside the message', async () => {
    const message = await card(row(button('Ask')));
    const reply = nova.beginPress(message, 'Ask');
    await answer(reply, 4, said('only for you', { flags: 64 }));
    assert.ok((await reply.final).ephemeral);
    const slow = nova.beginPress(message, 'Ask');
    await answer(slow, 5, { flags: 64 });
    await bot.call('PATCH', original(slow), said('found'));
    assert.deepEqual([(await slow.final).content, (await slow.final).flags], ['found', 64]);
    const form = nova.beginPress(message, 'Ask');
    await answer(form, 9, { custom_id: 'x', title: 'x', components: [{ type: 10, content: 'x' }] });
    const sent = nova.beginSubmit(await form.final, {});
    assert.equal(sent.interaction.source, message, 'the submit knows the message');
    await answer(sent, 7, said('card, filled'));
    assert.equal(message.content, 'card, filled');
    assert.equal(room.all.length, 1);
    assert.deepEqual(rules(), []);
});

test('a press is answered once and in time', async () => {
    const message = await card(row(button('Take')));
    const twice = nova.beginPress(message, 'Take');
    await answer(twice, 6);
    assert.equal((await answer(twice, 7, said('x'))).body.code, 40060);
    const late = nova.beginPress(message, 'Take');
    clock.advance(3001);
    assert.equal((await answer(late, 6)).body.code, 10062);
    const wrong = nova.beginPress(message, 'Take');
    assert.equal((await answer(wrong, 8, { choices: [] })).body.code, 50035);
    assert.deepEqual(rules(), ['double-ack', 'late-callback', 'schema']);
});

test('the message is gone before the update: 10008', async () => {
    const message = await card(row(button('Take')));
    const pending = nova.beginPress(message, 'Take');
    guild.owner.deleteMessage(message);
    assert.equal((await answer(pending, 7, said('x'))).body.code, 10008);
    assert.equal((await answer(pending, 4, said('the card is gone', { flags: 64 }))).status, 204);
    assert.deepEqual(rules(), []);
});

// ---- private messages ----

test('a private message with a select changes in place until nothing is open', async () => {
    const { message } = await whisper(row(select()), row(button('Resolve')));
    assert.equal(room.all.length, 0);
    assert.throws(() => quill.press(message, 'Resolve'), /for somebody else/);
    const pick = nova.beginPress(message, 'settle|7', { values: ['Kept'] });
    await answer(pick, 7, said('nothing open', { components: [row(button('Resolve'))] }));
    assert.deepEqual([message.text, message.ephemeral], ['nothing open\nResolve', true]);
    assert.throws(() => nova.press(message, 'settle|7', { values: ['kept'] }), ClientRefused);
    const done = nova.beginPress(message, 'Resolve');
    await answer(done, 7, said('resolved', { components: [] }));
    assert.equal((await done.final).text, 'resolved');
    assert.deepEqual(rules(), []);
});

test('a private message is no message of the channel', async () => {
    const { message, pending } = await whisper(row(button('Undo')));
    const path = `/channels/${room.id}/messages/${message.id}`;
    for (const reply of [await bot.call('GET', path), await bot.call('PATCH', path, said('x')), await bot.call('DELETE', path)]) assert.equal(reply.body.code, 10008);
    assert.deepEqual((await bot.call('GET', `/channels/${room.id}/messages`)).body, []);
    assert.equal((await bot.call('GET', original(pending))).body.content, 'open changes');
    assert.equal((await bot.call('GET', hook(pending, `/messages/${message.id}`))).body.id, message.id, 'by its own id as well');
});

test('follow-ups, each private or not; deleted, the buttons are gone with them', async () => {
    const { pending } = await whisper(row(button('Undo')));
    const post = (body) => bot.call('POST', hook(pending), body);
    const open = (await post(said('for all'))).body;
    const closed = (await post(said('for one', { flags: 64, components: [row(button('More'))] }))).body;
    assert.deepEqual(room.all.map((message) => message.content), ['for all']);
    const [, second] = (await pending.final).followUps;
    assert.deepEqual([second.id, second.ephemeral], [closed.id, true]);
    const press = nova.beginPress(second, 'More');
    await answer(press, 7, said('more'));
    assert.equal(second.content, 'more');
    for (const id of [open.id, closed.id]) {
        assert.equal((await bot.call('DELETE', hook(pending, `/messages/${id}`))).status, 204);
        assert.equal((await bot.call('PATCH', hook(pending, `/messages/${id}`), said('x'))).body.code, 10008);
    }
    assert.throws(() => nova.press(second, 'More'), /gone/);
    assert.equal((await bot.call('DELETE', original(pending))).status, 204);
    assert.equal((await bot.call('PATCH', original(pending), said('x'))).body.code, 10008);
    assert.deepEqual(rules(), []);
});

test('each press has its own fifteen minutes', async () => {
    const { message, pending } = await whisper(row(button('Again')));
    clock.advance(14 * MINUTES);
    const press = nova.beginPress(message, 'Again');
    await answer(press, 6);
    clock.advance(2 * MINUTES);
    const dead = await bot.call('PATCH', original(pending), said('x'));
    assert.deepEqual([dead.status, dead.body.code], [401, 50027]);
    assert.equal((await bot.call('PATCH', original(press), said('again'))).status, 200);
    assert.equal(message.content, 'again');
    clock.advance(13 * MINUTES + 1);
    assert.equal((await bot.call('POST', hook(press), said('x'))).body.code, 50027);
    assert.deepEqual(rules(), []);
});

test('an edit makes nothing public or private', async () => {
    const open = nova.begin('/resolve', {}, { channel: room });
    await answer(open, 4, said('x'));
    assert.equal((await bot.call('PATCH', original(open), said('y', { flags: 64 }))).body.code, 50035);
    const { pending, message } = await whisper(row(button('x')));
    assert.equal((await bot.call('PATCH', original(pending), said('y', { flags: 0 }))).status, 200);
    assert.ok(message.ephemeral);
});

// ---- layout ----

const V2 = 32768;
test('components v2 stay, also through an update that does not say so', async () => {
    const { body } = await bot.post(room, { flags: V2, components: [{ type: 17, components: [{ type: 10, content: 'card' }, row(button('Take'))] }] });
    const message = room.messages.get(body.id);
    const press = nova.beginPress(message, 'Take');
    const update = await answer(press, 7, { components: [{ type: 10, content: 'taken' }], allowed_mentions: NOBODY });
    assert.deepEqual([update.status, message.text, message.flags], [204, 'taken', V2]);
    const path = `/channels/${room.id}/messages/${message.id}`;
    assert.equal((await bot.call('PATCH', path, said('text'))).body.code, 50035, 'no content beside them');
    const old = await card(row(button('Take')));
    const turn = (more) => bot.call('PATCH', `/channels/${room.id}/messages/${old.id}`, { flags: V2, components: [{ type: 10, content: 'new' }], allowed_mentions: NOBODY, ...more });
    assert.equal((await turn({})).body.code, 50035, 'the content has to go first');
    assert.equal((await turn({ content: null })).status, 200);
});

const layouts = [
    ['a select beside a button', [row(select(), button('x'))]],
    ['two selects in a row', [row(select(), select({ custom_id: 'other' }))]],
    ['six rows', Array.from({ length: 6 }, (_, n) => row(button(`${n}`)))],
    ['a button outside a row', [button('x')]],
    ['a label over 80', [row(button('x'.repeat(81)))]],
    ['a custom id over 100', [row(button('x', { custom_id: 'x'.repeat(101) }))]],
    ['a link with a custom id', [row(button('x', { style: 5, url: 'https://example.org' }))]],
    ['no options', [row(select({ options: [] }))]],
    ['26 options', [row(select({ options: Array.from({ length: 26 }, (_, n) => ({ label: `${n}`, value: `${n}` })) }))]],
    ['an option twice', [row(select({ options: [...choices, choices[0]] }))]],
    ['more picks than options', [row(select({ max_values: 4 }))]],
    ['min_values over max_values', [row(select({ min_values: 2 }))]],
    ['two defaults for one pick', [row(select({ options: choices.map((one) => ({ ...one, default: true })) }))]],
    ['required outside a form', [row(select({ required: true }))]],
    ['a text input', [row({ type: 4, custom_id: 'x', style: 1, label: 'x' })]],
    ['a placeholder over 150', [row(select({ placeholder: 'x'.repeat(151) }))]],
];
for (const [what, components] of layouts) {
    test(`a message with ${what} is refused`, async () => {
        const { status, body } = await bot.post(room, { content: 'x', components });
        assert.deepEqual([status, body.code], [400, 50035], JSON.stringify(body));
        assert.deepEqual(rules(), ['schema']);
    });
}
