// Forms: every kind of field, what a person may put in, what the bot gets, and
// which forms Discord would not show.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { RawBot } from './raw_bot.mjs';
import { start, virtualClock } from './standin.mjs';

const label = (text, component, description) => ({ type: 18, label: text, ...(description ? { description } : {}), component });
const kinds = [{ label: 'A change', value: 'change' }, { label: 'A finding', value: 'finding', default: true }, { label: 'An idea', value: 'idea' }];
const FORM = {
    custom_id: 'entry|12', title: 'Add to the timeline',
    components: [
        { type: 10, content: 'Times are UTC.' },
        label('What', { type: 4, custom_id: 'what', style: 2, max_length: 20 }, 'One sentence'),
        label('Kind', { type: 3, custom_id: 'kind', options: kinds }),
        label('Who', { type: 5, custom_id: 'who', min_values: 0, max_values: 2, required: false }),
        label('Evidence', { type: 19, custom_id: 'files', min_values: 1, max_values: 2, required: false }),
    ],
};
const OTHERS = {
    custom_id: 'others', title: 'Others',
    components: [
        label('Role', { type: 6, custom_id: 'role' }),
        label('Room', { type: 8, custom_id: 'room', channel_types: [0] }),
        label('Urgency', { type: 21, custom_id: 'urgency', options: [{ label: 'Now', value: 'now' }, { label: 'Later', value: 'later' }] }),
        label('Missing', { type: 22, custom_id: 'missing', min_values: 1, options: [{ label: 'Impact', value: 'impact' }, { label: 'Cause', value: 'cause' }] }),
        label('Private', { type: 23, custom_id: 'private', default: true }),
    ],
};

let standin;
let bot;
let guild;
let room;
let nova;

beforeEach(async () => {
    standin = await start({ clock: virtualClock() });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    assert.equal((await bot.register([{ name: 'add', description: 'x' }])).status, 200);
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const show = (form) => bot.answer(nova.begin('/add', {}, { channel: room }).interaction, { type: 9, data: form });
async function shown(form) {
    const pending = nova.begin('/add', {}, { channel: room });
    assert.equal((await bot.answer(pending.interaction, { type: 9, data: form })).status, 204);
    return pending.final;
}
const submitted = (form, values, more) => nova.beginSubmit(form, values, more).interaction.data;
const given = (data) => Object.fromEntries(data.components.filter((top) => top.component)
    .map(({ component: { custom_id: id, value, values } }) => [id, value ?? values ?? null]));

test('a person sees labels, hints, options and what is preset', async () => {
    const { modal } = await shown(FORM);
    assert.deepEqual([modal.title, modal.text], ['Add to the timeline', 'Times are UTC.']);
    assert.deepEqual(modal.fields.map(({ kind, label: name, hint, required, value }) => [kind, name, hint, required, value]), [
        ['text', 'What', 'One sentence', true, ''],
        ['select', 'Kind', undefined, true, ['finding']],
        ['users', 'Who', undefined, false, []],
        ['files', 'Evidence', undefined, false, []],
    ]);
    assert.deepEqual(modal.fields[1].options.map((option) => option.label), ['A change', 'A finding', 'An idea']);
});

test('a submit arrives as Discord sends it: by field, resolved, with the form\'s id', async () => {
    const socket = await bot.identify();
    const form = await shown(FORM);
    const values = { What: 'disk full', Kind: 'A change', Who: ['quill', 'finch'], files: { name: 'df.txt', type: 'text/plain', bytes: '100%' } };
    const sent = nova.beginSubmit(form, values);
    const { d } = await socket.next((payload) => payload.d?.type === 5);
    const [quill, finch] = ['quill', 'finch'].map((name) => guild.memberNamed(name).id);
    assert.deepEqual([d.data.custom_id, d.message, d.channel_id], ['entry|12', undefined, room.id]);
    const file = d.data.components[4].component.values[0];
    assert.deepEqual(d.data.components, [
        { type: 10, id: 1 },
        { type: 18, id: 2, component: { type: 4, id: 3, custom_id: 'what', value: 'disk full' } },
        { type: 18, id: 4, component: { type: 3, id: 5, custom_id: 'kind', values: ['change'] } },
        { type: 18, id: 6, component: { type: 5, id: 7, custom_id: 'who', values: [quill, finch] } },
        { type: 18, id: 8, component: { type: 19, id: 9, custom_id: 'files', values: [file] } },
    ]);
    assert.equal(d.data.resolved.users[finch].username, 'finch');
    assert.equal(d.data.resolved.members[quill].user, undefined);
    const attachment = d.data.resolved.attachments[file];
    assert.deepEqual([attachment.filename, attachment.size, attachment.content_type, attachment.ephemeral], ['df.txt', 4, 'text/plain', true]);
    assert.equal(await (await fetch(attachment.url)).text(), '100%');
    await bot.answer(d, { type: 5, data: { flags: 64 } });
    assert.ok((await sent.first).ephemeral);
    assert.deepEqual(rules(), []);
});

test('what is not touched keeps what was preset', async () => {
    const form = await shown(FORM);
    assert.deepEqual(given(submitted(form, { What: 'x' })), { what: 'x', kind: ['finding'], who: [], files: [] });
    const preset = structuredClone(FORM);
    preset.components[3].component.default_values = [{ type: 'user', id: nova.id }];
    assert.deepEqual(given(submitted(await shown(preset), { What: 'x' })).who, [nova.id]);
});

test('roles, channels, radios and boxes', async () => {
    const form = await shown(OTHERS);
    const data = submitted(form, { Role: 'responder', Room: 'general', Urgency: 'Later', Missing: ['Cause', 'impact'] });
    const role = guild.role('responder');
    const general = guild.channel('general');
    assert.deepEqual(given(data), { role: [role.id], room: [general.id], urgency: 'later', missing: ['cause', 'impact'], private: true });
    assert.deepEqual([data.resolved.roles[role.id].name, data.resolved.channels[general.id].name], ['responder', 'general']);
    assert.equal(given(submitted(form, { Role: 'responder', Room: 'general', Urgency: 'now', Missing: ['Cause'], Private: false })).private, false);
    assert.deepEqual(rules(), []);
});

const refusals = [
    [FORM, {}, /field What is required/],
    [FORM, { What: 'x'.repeat(21) }, /longer than 20/],
    [FORM, { What: 'x', Kind: 'guess' }, /no choice "guess", but A change, A finding, An idea/],
    [FORM, { What: 'x', Kind: [] }, /pick 1 to 1 in Kind/],
    [FORM, { What: 'x', Kind: ['change', 'idea'] }, /pick 1 to 1 in Kind/],
    [FORM, { What: 'x', Who: ['nova', 'quill', 'finch'] }, /pick 0 to 2 in Who/],
    [FORM, { What: 'x', Who: ['nova', 'nova'] }, /picked twice/],
    [FORM, { What: 'x', Who: 'nobody' }, /no member nobody/],
    [FORM, { What: 'x', Evidence: [1, 2, 3].map(() => ({ name: 'x', bytes: 'x' })) }, /pick 1 to 2 in Evidence/],
    [FORM, { What: 'x', Evidence: { name: 'core', bytes: Buffer.alloc(10 * 1024 * 1024 + 1) } }, /core is too large/],
    [FORM, { What: 'x', Colour: 'red' }, /no field Colour/],
    [OTHERS, { Role: 'responder', Room: 'general', Missing: ['Cause'] }, /field Urgency is required/],
    [OTHERS, { Role: 'responder', Room: 'general', Urgency: 'Now' }, /pick 1 to 2 in Missing/],
    [OTHERS, { Role: 'responder', Room: 'war', Urgency: 'Now', Missing: ['Cause'] }, /war is no channel of that type/],
];
test('a client sends no form that is filled wrongly', async () => {
    guild.createChannel({ name: 'war', type: 2 });
    for (const [form, values, words] of refusals) {
        const answer = await shown(form);
        assert.throws(() => nova.beginSubmit(answer, values), words);
    }
    const [what, kind] = submitted(await shown(FORM), { Kind: 'guess' }, { raw: true }).components.slice(1);
    assert.deepEqual([what.component.value, kind.component.values], ['', ['guess']], 'raw sends it');
});

const bad = (component) => ({ custom_id: 'x', title: 'x', components: [label('x', component)] });
const select = (more) => bad({ type: 3, custom_id: 'x', options: kinds, ...more });
const badForms = [
    ['a label over 45', { ...FORM, components: [label('x'.repeat(46), FORM.components[1].component)] }],
    ['a description over 100', { ...FORM, components: [label('x', FORM.components[1].component, 'x'.repeat(101))] }],
    ['a field without label', { ...FORM, components: [FORM.components[1].component] }],
    ['a button', bad({ type: 2, style: 1, label: 'x', custom_id: 'x' })],
    ['no component at all', { ...FORM, components: [] }],
    ['two fields of one id', { ...FORM, components: [FORM.components[1], FORM.components[1]] }],
    ['a custom id over 100', { ...FORM, custom_id: 'x'.repeat(101) }],
    ['a label inside a labelled field', bad({ type: 4, custom_id: 'x', style: 1, label: 'x' })],
    ['a value over max_length', bad({ type: 4, custom_id: 'x', style: 1, max_length: 2, value: 'xxx' })],
    ['min_length over max_length', bad({ type: 4, custom_id: 'x', style: 1, min_length: 3, max_length: 2 })],
    ['a placeholder over 100', bad({ type: 4, custom_id: 'x', style: 1, placeholder: 'x'.repeat(101) })],
    ['a disabled select', select({ disabled: true })],
    ['a select without options', select({ options: [] })],
    ['26 options', select({ options: Array.from({ length: 26 }, (_, n) => ({ label: `${n}`, value: `${n}` })) })],
    ['an option over 100', select({ options: [{ label: 'x'.repeat(101), value: 'x' }] })],
    ['an option twice', select({ options: [{ label: 'x', value: 'x' }, { label: 'y', value: 'x' }] })],
    ['two defaults where one is picked', select({ options: kinds.map((option) => ({ ...option, default: true })) })],
    ['min_values over max_values', select({ min_values: 2 })],
    ['max_values over the options', select({ max_values: 4 })],
    ['min_values 0 though required', select({ min_values: 0 })],
    ['an upload of eleven', bad({ type: 19, custom_id: 'x', max_values: 11 })],
    ['a radio of one option', bad({ type: 21, custom_id: 'x', options: [{ label: 'x', value: 'x' }] })],
];
for (const [what, form] of badForms) {
    test(`a form with ${what} is refused`, async () => {
        const { status, body } = await show(form);
        assert.deepEqual([status, body.code], [400, 50035], JSON.stringify(body));
        assert.deepEqual(rules(), ['schema']);
    });
}
