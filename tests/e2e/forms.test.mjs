// Buttons of the card and the forms they open: one step each, for people who
// press twice, together, or late.

import assert from 'node:assert/strict';
import test from 'node:test';

import { buttons, declare, refused, seen, stage, told } from './stage.mjs';

const moves = (bot) => told(bot).events.filter(({ state_to: to, state_from: from }) => to !== from && from).map(({ state_to: to }) => to);

test('resolve without a summary asks with a form, which fills in what was typed', () => stage({}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const form = await nova.slash('/resolve', { at: '5m ago' }, { channel: war });
    assert.equal(form.modal.title, 'Resolve INC-1');
    assert.deepEqual(form.modal.fields.map(({ customId, required, value }) => ({ customId, required, value })),
        [{ customId: 'summary', required: true, value: '' }, { customId: 'at', required: false, value: '5m ago' }]);
    const before = told(bot);
    const empty = await nova.submit(form, { summary: '   ' }, { raw: true });
    assert.match(empty.text, /`summary` is missing/);
    assert.deepEqual(told(bot), before, 'asking keeps nothing');

    const answer = await nova.submit(form, { summary: 'The disk was full.\nIt has room now.' });
    assert.match(answer.text, /INC-1\*\* is resolved since/);
    assert.ok(answer.ephemeral);
    const { text, occurred_typed: typed, source } = told(bot).events.find((event) => event.state_to === 'resolved');
    assert.deepEqual({ text, typed, source }, { text: 'The disk was full.\nIt has room now.', typed: '5m ago', source: 'modal' });

    await refused(bot, /INC-1 is already (resolved|in review), since.*`\/timeline add`.*What you typed.*The same once more/s,
        () => nova.submit(form, { summary: 'The same once more, with other words' }));
}));

test('a form sent too late, with the wrong fields, or for nothing', () => stage({}, async ({ guild, bot, nova, quill }) => {
    const { war, card } = await declare(guild, nova);
    const form = await quill.press(card, 'Resolve');
    const send = (mutate) => quill.submit(form, { summary: 'Back to normal, all of it' }, { raw: true, mutate });
    const data = (change) => (json) => { change(json.data); return json; };
    await refused(bot, /belongs to no incident of this server.*all of it/s, () => send(data((it) => { it.custom_id = '1|resolve|9|'; })));
    await refused(bot, /not known to this opsroom/, () => send(data((it) => { it.custom_id = 'resolve'; })));
    await refused(bot, /does not know/, () => send(data((it) => { it.components[0].component.custom_id = 'colour'; })));
    await refused(bot, /`summary` is missing/, () => send(data((it) => { it.components = []; })));
    await refused(bot, /`at`.*all of it/s, () => quill.submit(form, { summary: 'Back to normal, all of it', at: 'at some point' }));
    await refused(bot, /the limit is/, () => quill.submit(form, { summary: 'x'.repeat(4001) }, { raw: true }));
    await nova.slash('/incident update', { message: 'It was a drill', state: 'cancelled' }, { channel: war });
    await refused(bot, /INC-1 is cancelled and cannot become resolved/, () => send());
}));

test('the buttons of the card', () => stage({}, async ({ standin, guild, bot, nova, quill }) => {
    const { card } = await declare(guild, nova);
    assert.deepEqual(Object.keys(buttons(card)), ["I'll take command", 'Add note', 'Change', 'Update', 'Mitigated', 'Resolve']);
    await standin.until(() => card.pinned, 'the card to be pinned');

    assert.match((await quill.press(card, "I'll take command")).text, /^You are commander of \*\*INC-1\*\*/);
    assert.match((await quill.press(card, 'Mitigated')).text, /INC-1\*\* is mitigated since/);
    await refused(bot, /INC-1 is already mitigated, since/, () => nova.press(card, 'Mitigated'));
    await refused(bot, /quill is already commander of INC-1, since/, () => quill.press(card, "I'll take command"));
    await refused(bot, /quill.*commander of INC-1.*\/ic assign/, () => nova.press(card, "I'll take command"));
    assert.equal(bot.record().commander, 'quill');

    const form = await nova.press(card, 'Resolve');
    assert.equal(form.kind, 'modal');
    await nova.submit(form, { summary: 'It is over' });
    assert.deepEqual(moves(bot), ['mitigated', 'resolved']);
    await standin.until(() => card.components.length === 0, 'a card without buttons');
    assert.match(card.text, /^Resolved/);
    assert.match(card.text, /Commander\*\* quill/);
}));

test('two people press at once: one does it, the other hears of it', () => stage({}, async ({ guild, bot, nova, quill, finch }) => {
    const { card } = await declare(guild, finch);
    const both = (label) => Promise.all([nova.press(card, label), quill.press(card, label)]);
    const count = (answers, pattern) => answers.filter((answer) => pattern.test(seen(answer.text))).length;

    const command = await both("I'll take command");
    assert.equal(count(command, /^You are commander/), 1);
    assert.equal(count(command, /(nova|quill) is already commander of INC-1/), 1);
    const mitigated = await both('Mitigated');
    assert.equal(count(mitigated, /is mitigated since/), 1);
    assert.equal(count(mitigated, /is already mitigated/), 1);

    const forms = await both('Resolve');
    const sent = await Promise.all([nova.submit(forms[0], { summary: 'Nova saw it end' }), quill.submit(forms[1], { summary: 'Quill saw it end' })]);
    assert.equal(count(sent, /is resolved since/), 1);
    assert.equal(count(sent, /is already resolved/), 1);
    assert.deepEqual(moves(bot), ['mitigated', 'resolved']);
    assert.equal(told(bot).events.filter(({ kind }) => kind === 'role').length, 1);
}));

test('the same form arrives twice', () => stage({}, async ({ standin, guild, bot, nova }) => {
    const { card } = await declare(guild, nova);
    const form = await nova.press(card, 'Resolve');
    standin.faults.duplicateDispatches(1);
    assert.match((await nova.submit(form, { summary: 'Over' })).text, /is resolved/);
    assert.match((await nova.submit(form, { summary: 'Over' })).text, /is already (resolved|in review)/);
    assert.deepEqual(moves(bot), ['resolved']);
}));
