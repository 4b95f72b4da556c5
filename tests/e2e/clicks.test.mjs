// What the common acts cost a person at three in the morning, counted in what
// the stand-in saw: commands with the fields that were typed, and clicks.

import assert from 'node:assert/strict';

import { AUTOCOMPLETE, COMMAND, COMPONENT } from '../discord/interactions.mjs';
import { declare, scene, told } from './stage.mjs';

const leaf = (data) => {
    let options = data.options ?? [];
    while (options[0]?.type <= 2) options = options[0].options ?? [];
    return options;
};

function costOf({ type, data }) {
    if (type === COMMAND && !data.target_id) return { commands: 1, fields: leaf(data).length };
    if (type === COMMAND) return { clicks: 2 }; // opening the menu, choosing in it
    if (type === COMPONENT) return { clicks: 1 };
    return { clicks: 1, fields: data.components.length }; // a form is sent with a click
}

/** What `act` costs: {commands, fields, clicks}; words that people pick while typing are free. */
async function cost(standin, act) {
    const before = new Set(standin.interactions.byId.keys());
    const result = await act();
    const done = [...standin.interactions.byId.values()].filter(({ id, type }) => !before.has(id) && type !== AUTOCOMPLETE);
    const sum = { commands: 0, fields: 0, clicks: 0 };
    for (const one of done) {
        for (const [what, count] of Object.entries(costOf(one))) sum[what] += count;
        assert.ok(!one.modal, 'no form came in between');
    }
    return { sum, result };
}

const command = (fields) => ({ commands: 1, fields, clicks: 0 });
const clicks = (count) => ({ commands: 0, fields: 0, clicks: count });
const last = (bot, kind) => told(bot).events.filter((event) => event.kind === kind).at(-1);

scene('declare: one command with one field, and the rooms stand', {}, async ({ standin, guild, bot, nova }) => {
    const { sum, result } = await cost(standin, () => declare(guild, nova));
    assert.deepEqual(sum, command(1));
    assert.deepEqual([bot.record().title, bot.record().severity, bot.record().state], ['Logins fail', 'SEV3', 'investigating']);
    await standin.until(() => result.card.pinned && result.live.all.length, 'the rooms');
});

scene('keep a message in the timeline: two clicks', {}, async ({ standin, guild, bot, nova, quill }) => {
    const { war, live } = await declare(guild, nova);
    const said = quill.say(war, 'The login pods restart in a loop');
    const { sum } = await cost(standin, () => nova.messageMenu(said, 'Add to timeline'));
    assert.deepEqual(sum, clicks(2));
    assert.deepEqual([last(bot, 'note').text, last(bot, 'note').actor_name], [said.content, 'quill']);
    await live.message(/restart in a loop/);
});

scene('take command: one click', {}, async ({ standin, guild, bot, nova, quill }) => {
    const { card } = await declare(guild, nova);
    const { sum } = await cost(standin, () => quill.press(card, "I'll take command"));
    assert.deepEqual(sum, clicks(1));
    assert.equal(bot.record().commander, 'quill');
    await standin.until(() => /Commander\*\* quill/.test(card.text), 'the card to say so');
});

scene('tell people how it stands: one command with one field', {}, async ({ standin, guild, bot, nova }) => {
    const { war, live } = await declare(guild, nova);
    const { sum } = await cost(standin, () => nova.slash('/incident update', { message: 'We found it: the disk is full' }, { channel: war }));
    assert.deepEqual(sum, command(1));
    assert.equal(last(bot, 'state').text, 'We found it: the disk is full');
    await live.message(/the disk is full/);
});

scene('say that it is mitigated: one click', {}, async ({ standin, guild, bot, nova }) => {
    const { card } = await declare(guild, nova);
    const { sum } = await cost(standin, () => nova.press(card, 'Mitigated'));
    assert.deepEqual(sum, clicks(1));
    assert.equal(bot.record().state, 'mitigated');
});

scene('resolve with nothing open: one command', {}, async ({ standin, guild, bot, nova }) => {
    const { war, card } = await declare(guild, nova);
    await nova.slash('/timeline add', { text: 'Freed the disk' }, { channel: war });
    const { sum, result } = await cost(standin, () => nova.slash('/resolve', { summary: 'The disk was full' }, { channel: war }));
    assert.deepEqual(sum, command(1));
    assert.doesNotMatch(result.text, /Open in/);
    assert.match(bot.record().state, /resolved|review/);
    await standin.until(() => card.components.length === 0, 'a card without buttons');
});
