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

/** The blocks that a refusal gives to copy. */
const blocks = ({ text }) => [...text.matchAll(/```\n([\s\S]*?)\n```/g)].map(([, block]) => block);

test('whatever was typed into a form that is refused comes back, all of it', () => stage({}, async ({ guild, bot, nova, quill }) => {
    const { war, card } = await declare(guild, nova);
    const here = { channel: war };
    const words = (name, many) => `${name} ${'with many words, '.repeat(many)}to the end`;
    const [resolve, change] = [await nova.press(card, 'Resolve'), await nova.press(card, 'Change')];
    const [handoff, longer] = [await nova.slash('/ic handoff', { user: quill }, here), await nova.slash('/ic handoff', { user: quill }, here)];

    // A modal's text is nowhere else: Discord keeps none of it.
    const short = { what: 'timeout', where: 'media-1', from: '30 s', to: '60 s', time: 'soonish' };
    const back = await refused(bot, /`time`:.*Nothing was kept/s, () => nova.submit(change, short));
    for (const [name, text] of Object.entries(short)) assert.match(back.text, new RegExp(`\`${name}\`\n\`\`\`\n${text}\n`));

    await quill.slash('/resolve', { summary: 'It came back' }, here);
    const brief = { conditions: words('The disk', 9), actions: words('Rebuilding', 9), needs: words('Somebody', 9) };
    const told = await refused(bot, /no command to hand over/, () => nova.submit(handoff, brief));
    assert.deepEqual(blocks(told), Object.values(brief));
    assert.deepEqual(told.message.attachments, []);

    // What does not fit the message is a file beside it.
    const summary = words('What it was', 160);
    const late = await refused(bot, /INC-1 is already (resolved|in review).*the whole of it is in the file/s, () => nova.submit(resolve, { summary }));
    assert.deepEqual(late.message.attachments.map(({ name, bytes }) => [name, bytes.toString()]), [['what-you-typed.txt', `${summary}\n`]]);
    assert.ok(summary.startsWith(blocks(late)[0].replace(/…$/, '')), 'and its beginning in the message');
    const big = { conditions: words('The disk', 55), actions: words('Rebuilding', 55), needs: words('Somebody', 55) };
    const all = await refused(bot, /the whole of it is in the file/, () => nova.submit(longer, big));
    const [{ bytes }] = all.message.attachments;
    for (const [name, text] of Object.entries(big)) assert.ok(bytes.toString().includes(`${name}:\n${text}\n`), name);
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

    await standin.until(() => 'It is back' in buttons(card), 'the way back');
    assert.deepEqual(Object.keys(buttons(card)), ['Add note', 'Change', 'Update', 'It is back', 'Resolve']);
    assert.match((await nova.press(card, 'It is back')).text, /INC-1\*\* is investigating since .*before, it was mitigated/);
    await standin.until(() => 'Mitigated' in buttons(card), 'the way on');
    assert.match((await nova.press(card, 'Mitigated')).text, /INC-1\*\* is mitigated since/);

    const form = await nova.press(card, 'Resolve');
    assert.equal(form.kind, 'modal');
    await nova.submit(form, { summary: 'It is over' });
    assert.deepEqual(moves(bot), ['mitigated', 'investigating', 'mitigated', 'resolved']);
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
