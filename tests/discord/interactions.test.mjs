// Interactions: three seconds, fifteen minutes, one answer of the right kind;
// and what a person's client refuses before the bot hears of it.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { NOBODY, RawBot } from './raw_bot.mjs';
import { ClientRefused, NoAnswer, directMessage, start, virtualClock } from './standin.mjs';

const DEFINITIONS = [
    {
        name: 'timeline', description: 'The record', options: [{
            type: 1, name: 'add', description: 'Add an entry', options: [
                { type: 3, name: 'text', description: 'What', required: true, max_length: 20 },
                { type: 3, name: 'kind', description: 'Kind', choices: [{ name: 'a finding', value: 'finding' }] },
                { type: 4, name: 'minutes', description: 'Minutes', min_value: 1, max_value: 60 },
                { type: 6, name: 'by', description: 'By whom' },
                { type: 5, name: 'private', description: 'Private?' },
                { type: 11, name: 'file', description: 'Log' },
            ],
        }],
    },
    { name: 'admin', description: 'Admins', default_member_permissions: '8' },
];
const FORM = {
    custom_id: 'form|12', title: 'Resolve',
    components: [
        { type: 18, label: 'Summary', description: 'What fixed it?', component: { type: 4, custom_id: 'summary', style: 2, min_length: 3, max_length: 40 } },
        { type: 18, label: 'When', component: { type: 4, custom_id: 'at', style: 1, required: false, value: 'now' } },
    ],
};
const text = (content, flags) => ({ type: 4, data: { content, allowed_mentions: NOBODY, ...(flags ? { flags } : {}) } });

let clock;
let standin;
let bot;
let guild;
let room;
let nova;

beforeEach(async () => {
    clock = virtualClock();
    standin = await start({ clock });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    assert.equal((await bot.register(DEFINITIONS)).status, 200);
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const call = (values = { text: 'disk full' }, more) => nova.begin('/timeline add', values, { channel: room, ...more });
const original = (interaction) => `/webhooks/${standin.world.applicationId}/${interaction.token}/messages/@original`;
const edit = (interaction, content) => bot.call('PATCH', original(interaction), { content, allowed_mentions: NOBODY }, { Authorization: null });

test('an answer reaches the person; the callback is 204', async () => {
    const pending = call();
    const { status, text: body } = await bot.answer(pending.interaction, text('noted', 64));
    assert.deepEqual([status, body], [204, '']);
    const answer = await pending.final;
    assert.deepEqual([answer.kind, answer.type, answer.content, answer.ephemeral], ['message', 4, 'noted', true]);
    assert.equal(room.all.length, 0, 'an ephemeral answer is in no channel');
    assert.deepEqual(rules(), []);
});

test('with_response returns the message', async () => {
    const { status, body } = await bot.answer(call().interaction, text('noted'), '?with_response=true');
    assert.equal(status, 200);
    assert.equal(body.resource.message.content, 'noted');
    assert.equal(body.interaction.response_message_id, room.all[0].id);
});

test('after three seconds the interaction is unknown, and the person is told so', async () => {
    const intime = call();
    clock.advance(3000);
    await assert.rejects(intime.final, NoAnswer);
    assert.equal((await bot.answer(intime.interaction, text('just in time'))).status, 204);
    const late = call();
    clock.advance(3001);
    await assert.rejects(late.final, /The application did not respond/);
    const reply = await bot.answer(late.interaction, text('late'));
    assert.deepEqual([reply.status, reply.body.code], [404, 10062]);
    assert.deepEqual(rules(), ['late-callback']);
});

test('a second answer is 40060', async () => {
    const { interaction } = call();
    await bot.answer(interaction, text('one'));
    const reply = await bot.answer(interaction, text('two'));
    assert.deepEqual([reply.status, reply.body.code], [400, 40060]);
    assert.deepEqual(rules(), ['double-ack']);
    assert.equal(room.all.length, 1);
});

test('a second answer is excused when the first one\'s reply was lost', async () => {
    const { interaction } = call();
    standin.faults.lose('create_interaction_response');
    await assert.rejects(bot.answer(interaction, text('one')));
    assert.equal((await bot.answer(interaction, text('one'))).body.code, 40060);
    assert.deepEqual(rules(), []);
});

test('a wrong token is 10062', async () => {
    const { id } = call().interaction;
    assert.equal((await bot.answer({ id, token: 'wrong' }, text('x'))).body.code, 10062);
});

test('a deferred answer is loading until @original is edited', async () => {
    const pending = call();
    await bot.answer(pending.interaction, { type: 5, data: { flags: 64 } });
    assert.equal((await pending.first).flags, 64 | 128);
    clock.advance(14 * 60_000);
    assert.equal((await edit(pending.interaction, 'done')).status, 200);
    const answer = await pending.final;
    assert.deepEqual([answer.content, answer.flags], ['done', 64]);
    assert.deepEqual(rules(), []);
});

test('a deferred answer carries nothing but the ephemeral flag', async () => {
    await bot.answer(call().interaction, { type: 5, data: { content: 'x' } });
    assert.deepEqual(rules(), ['defer']);
    assert.equal((await bot.answer(call().interaction, { type: 5, data: { flags: 4096 } })).body.code, 50035);
});

test('after fifteen minutes the token is dead: 401 50027', async () => {
    const { interaction } = call();
    await bot.answer(interaction, text('x', 64));
    clock.advance(15 * 60_000 + 1);
    const reply = await edit(interaction, 'y');
    assert.deepEqual([reply.status, reply.body.code], [401, 50027]);
    assert.deepEqual(rules(), [], 'this happens to a bot without its fault');
});

test('an edit before the first answer is refused', async () => {
    assert.equal((await edit(call().interaction, 'x')).body.code, 10015);
    assert.deepEqual(rules(), ['webhook']);
});

test('follow-ups are their own messages, edited and deleted by id', async () => {
    const { interaction } = call();
    await bot.answer(interaction, text('x', 64));
    const hook = `/webhooks/${standin.world.applicationId}/${interaction.token}`;
    const { body } = await bot.call('POST', hook, { content: 'more', allowed_mentions: NOBODY });
    assert.equal(room.all[0].content, 'more');
    await bot.call('PATCH', `${hook}/messages/${body.id}`, { content: 'less', allowed_mentions: NOBODY });
    assert.equal(room.all[0].content, 'less');
    assert.equal((await bot.call('DELETE', `${hook}/messages/${body.id}`)).status, 204);
    assert.equal(room.all.length, 0);
    assert.equal((await bot.call('GET', `${hook}/messages/${body.id}`)).body.code, 10008);
    assert.deepEqual(rules(), []);
});

test('a follow-up before the edit of a deferred answer is noted', async () => {
    const { interaction } = call();
    await bot.answer(interaction, { type: 5 });
    await bot.call('POST', `/webhooks/${standin.world.applicationId}/${interaction.token}`, { content: 'x', allowed_mentions: NOBODY });
    assert.deepEqual(rules(), ['follow-up']);
});

const misfits = [
    ['an update of a slash command', () => call(), { type: 7, data: { content: 'x', allowed_mentions: NOBODY } }],
    ['choices for a slash command', () => call(), { type: 8, data: { choices: [] } }],
    ['a retired type', () => call(), { type: 2 }],
    ['a misspelt key in data', () => call(), { type: 4, data: { contents: 'x', content: 'x', allowed_mentions: NOBODY } }],
    ['a form with six fields', () => call(), { type: 9, data: { custom_id: 'x', title: 'x', components: Array.from({ length: 6 }, (_, n) => ({ type: 18, label: 'x', component: { type: 4, custom_id: `${n}`, style: 1 } })) } }],
    ['a form title over 45', () => call(), { type: 9, data: { ...FORM, title: 'x'.repeat(46) } }],
    ['a misspelt key in a form', () => call(), { type: 9, data: { ...FORM, components: [{ type: 18, label: 'x', component: { type: 4, custom_id: 'x', style: 1, maxlength: 5 } }] } }],
];
for (const [what, begin, body] of misfits) {
    test(`${what} is refused, and a right answer still passes`, async () => {
        const { interaction } = begin();
        const reply = await bot.answer(interaction, body);
        assert.deepEqual([reply.status, reply.body.code], [400, 50035]);
        assert.deepEqual(rules(), ['schema']);
        assert.equal((await bot.answer(interaction, text('x'))).status, 204);
    });
}

test('an answer without allowed_mentions is noted', async () => {
    await bot.answer(call().interaction, { type: 4, data: { content: 'x' } });
    assert.deepEqual(rules(), ['allowed-mentions']);
});

test('a form: shown, checked, filled, sent as a new interaction', async () => {
    const pending = call();
    await bot.answer(pending.interaction, { type: 9, data: FORM });
    const form = await pending.final;
    assert.equal(form.kind, 'modal');
    assert.deepEqual(form.modal.fields.map(({ label, hint, required, value }) => [label, hint, required, value]),
        [['Summary', 'What fixed it?', true, ''], ['When', undefined, false, 'now']]);
    assert.throws(() => nova.submit(form, {}), /field Summary is required/);
    assert.throws(() => nova.submit(form, { Summary: 'ok' }), /shorter than 3/);
    assert.throws(() => nova.submit(form, { Summary: 'x'.repeat(41) }), /longer than 40/);
    assert.throws(() => nova.submit(form, { Sumary: 'x' }), /no field Sumary/);
    assert.throws(() => guild.member('quill').submit(form, { Summary: 'mine' }), /somebody else/);
    const socket = await bot.identify();
    const sent = nova.submit(form, { Summary: 'disk replaced' });
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.equal(d.type, 5);
    assert.deepEqual(d.data.components[0], { type: 18, id: 1, component: { type: 4, id: 2, custom_id: 'summary', value: 'disk replaced' } });
    assert.equal(d.data.components[1].component.value, 'now');
    await bot.answer(d, text('resolved', 64));
    assert.equal((await sent).content, 'resolved');
});

test('a button: pressed by label, the message updated; stale and disabled ones refuse', async () => {
    const buttons = [{ type: 2, style: 1, label: 'Take', custom_id: 'take' }, { type: 2, style: 2, label: 'Off', custom_id: 'off', disabled: true }];
    await bot.post(room, { content: 'card', components: [{ type: 1, components: buttons }] });
    const [card] = room.all;
    assert.throws(() => nova.press(card, 'Off'), ClientRefused);
    assert.throws(() => nova.press(card, 'Nothing'), ClientRefused);
    const pending = nova.beginPress(card, 'Take');
    await bot.answer(pending.interaction, { type: 7, data: { content: 'taken', components: [], allowed_mentions: NOBODY } });
    assert.equal((await pending.final).kind, 'update');
    assert.deepEqual([card.content, card.components], ['taken', []]);
    assert.throws(() => nova.press(card, 'Take'), ClientRefused);
    const stale = nova.beginPress(card, 'take', { raw: true });
    await bot.answer(stale.interaction, text('no longer', 64));
    assert.equal((await stale.final).content, 'no longer');
    assert.deepEqual(rules(), []);
});

test('the client refuses what Discord\'s would', () => {
    const refusals = [
        [{}, /option text is required/],
        [{ text: ' ' }, /option text is required/],
        [{ text: 'x'.repeat(21) }, /longer than 20/],
        [{ text: 'x', kind: 'guess' }, /no choice "guess"/],
        [{ text: 'x', minutes: 61 }, /out of range/],
        [{ text: 'x', minutes: 1.5 }, /no number/],
        [{ text: 'x', colour: 'red' }, /no option colour/],
    ];
    for (const [values, words] of refusals) assert.throws(() => call(values), words);
    assert.throws(() => nova.begin('/timeline'), /needs a subcommand/);
    assert.throws(() => nova.begin('/nothing'), /no command/);
    assert.throws(() => nova.begin('/admin'), /lacks the permissions/);
    room.setOverwrite({ id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
    assert.throws(() => call(), /read-only/);
    assert.ok(!nova.sees('/timeline add', room) && nova.sees('/timeline add', 'general'));
});

test('what the bot gets: options nested, things resolved, permissions computed', async () => {
    const socket = await bot.identify();
    call({ text: 'x', kind: 'a finding', minutes: 5, by: 'quill', private: true, file: { name: 'df.txt', type: 'text/plain', bytes: 'full' } });
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.deepEqual([d.type, d.guild_id, d.channel_id, d.member.user.username, d.context], [2, guild.id, room.id, 'nova', 0]);
    assert.equal(d.app_permissions, String(guild.bot.permissionsIn(room)));
    const [add] = d.data.options;
    const file = add.options.at(-1).value;
    assert.deepEqual(add.options.slice(0, 5), [
        { name: 'text', type: 3, value: 'x' }, { name: 'kind', type: 3, value: 'finding' }, { name: 'minutes', type: 4, value: 5 },
        { name: 'by', type: 6, value: guild.memberNamed('quill').id }, { name: 'private', type: 5, value: true },
    ]);
    assert.equal(d.data.resolved.users[guild.memberNamed('quill').id].username, 'quill');
    assert.equal(d.data.resolved.attachments[file].size, 4);
    assert.equal(await (await fetch(d.data.resolved.attachments[file].url)).text(), 'full');
});

test('raw sends what a client would not; mutate bends the payload', async () => {
    const socket = await bot.identify();
    call({ text: 'x'.repeat(500) }, { raw: true });
    assert.equal((await socket.event('INTERACTION_CREATE')).d.data.options[0].options[0].value.length, 500);
    call(undefined, { mutate: directMessage });
    const { d } = await socket.event('INTERACTION_CREATE');
    assert.deepEqual([d.guild_id, d.member, d.user.username, d.context], [undefined, undefined, 'nova', 1]);
});
