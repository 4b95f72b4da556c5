// A timeline that was written elsewhere, pasted or attached.

import assert from 'node:assert/strict';
import test from 'node:test';

import { guildOf, playStep, readReplay, replayNames } from './replay.mjs';
import { buttons, declare, refused, scene, told, withBot } from './stage.mjs';

const paste = `## Timeline (UTC)
- **18:53** \`@nova\` Slow *responses* <@123>
- **18:59** \`@dma\` Redis cannot persist
  \`\`\`
  MISCONF *Redis*

    indented
  \`\`\`
- **19:06** \`@dma\` Archive deleted
`;
const day = { base_date: '2022-12-13' };
const attachment = (bytes) => ({ name: 'timeline.md', type: 'text/markdown', bytes: Buffer.from(bytes) });
const imported = (bot) => bot.record().events.filter(({ source }) => source === 'import');

scene('pasted into the form, looked at, kept, and not kept twice', {}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const form = await nova.slash('/timeline import', {}, { channel: war });
    assert.equal(form.modal.title, 'Import into INC-1');
    const preview = await refused(bot, /3 entries for \*\*INC-1\*\*, 1 piece of evidence/, () => nova.submit(form, { text: paste, ...day }));
    assert.deepEqual(Object.keys(buttons(preview.message)), ['Keep', 'Cancel']);
    const kept = await nova.press(preview, 'Keep');
    assert.equal(kept.kind, 'update');
    assert.match(kept.text, /^Imported into \*\*INC-1\*\*: 3 new, 0 already there\./);
    assert.deepEqual(buttons(kept.message), {});
    const [, , , , ...rest] = imported(bot);
    assert.deepEqual(rest, [], 'three entries and their evidence');
    const evidence = imported(bot).find(({ kind }) => kind === 'evidence');
    assert.equal(evidence.file_bytes, Buffer.byteLength('MISCONF *Redis*\n\n  indented'));
    const again = await nova.slash('/timeline import', {}, { channel: war });
    const known = await nova.submit(again, { text: paste, ...day });
    assert.match(known.text, /3 of them are in the record already/);
    await refused(bot, /0 new, 3 already there/, () => nova.press(known, 'Keep'));
});

scene('cancelled, and a paste without a zone', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const form = await nova.slash('/timeline import', {}, { channel: war });
    const asked = await nova.submit(form, { text: '18:53 @nova Slow\n18:55 @dma Fast', ...day });
    assert.match(asked.text, /2 of the times name no zone/);
    const preview = await nova.press(asked, 'Zone of the times', { values: ['+01:00'] });
    assert.match(preview.text, /\*\*2022-12-13 17:53\*\* nova: Slow/);
    await refused(bot, /Nothing was imported/, () => nova.press(preview, 'Cancel'));
});

scene('an attached file is read first', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const attach = (bytes) => nova.slash('/timeline import', { file: attachment(bytes), ...day }, { channel: war });
    const before = told(bot);
    const answer = await attach(paste);
    assert.ok(answer.ephemeral);
    await standin.until(() => /3 entries for/.test(answer.text), 'the preview in place of the first words');
    assert.ok(answer.ephemeral, 'as private as it was');
    assert.deepEqual(told(bot), before);
    assert.match((await nova.press(answer, 'Keep')).text, /3 new, 0 already there/);
    const wrong = await attach([0x18, 0xff, 0xfe]);
    await standin.until(() => /not a text in UTF-8/.test(wrong.text), 'a word on what it is not');
    assert.equal(imported(bot).length, 4);
});

scene('a file that cannot be had', {}, async ({ standin, guild, nova }) => {
    const { war } = await declare(guild, nova);
    standin.faults.expireAttachments();
    const gone = await nova.slash('/timeline import', { file: attachment(paste) }, { channel: war });
    await standin.until(() => /could not be read.*attach it again/s.test(gone.text), 'a word on what to do');
});

// The answer is sent again then, which a scene would not forgive.
test('a restart while the file is read: the first words say what to do', () => withBot({}, async ({ standin, guild, bot }) => {
    await bot.start();
    const nova = guild.member('nova');
    const { war } = await declare(guild, nova);
    // Nothing is read before it is known that the first answer arrived.
    standin.faults.delay(/callback/, 1000);
    const answer = await nova.slash('/timeline import', { file: attachment(paste), ...day }, { channel: war });
    await bot.kill();
    assert.match(answer.text, /^Reading timeline\.md\..*attach the file again/s);
    await bot.start();
    const again = await nova.slash('/timeline import', { file: attachment(paste), ...day }, { channel: war });
    await standin.until(() => /3 entries for/.test(again.text), 'the preview');
    assert.equal(imported(bot).length, 0);
}));

// ---- the same timeline, whatever way it came ----

const timeline = (bot) => {
    const { out } = bot.run('render', '--incident', '1');
    return out.slice(out.indexOf('## Timeline')).split('\n## ')[0];
};

// The page escapes what people wrote; they did not.
const asWritten = (page) => page.replace(/\\([!-/:-@[-`{-~])/g, '$1');

for (const name of replayNames()) {
    test(`${name}: as single commands, and its page imported into another one`, async () => {
        const replay = readReplay(name);
        const [first] = replay.steps;
        // A link has no place of its own in a line, and a change is more than one.
        const entries = replay.steps.filter(({ command, options }) => command === 'timeline add' && options.kind !== 'idea')
            .map((step) => ({ ...step, options: { ...step.options, link: undefined } }));
        const files = entries.filter(({ file }) => file).map(({ file }) => file.text);
        const play = async (keep) => {
            let page;
            await withBot({ guilds: [guildOf(replay)] }, async ({ standin, guild, bot }) => {
                await bot.start();
                await playStep(guild, first);
                const war = await guild.channelNamed(/^inc-1-/);
                await keep(guild, war);
                const kept = () => bot.record().events.filter(({ file_sha256: hash }) => hash);
                await standin.until(() => kept().length === files.length, 'the evidence');
                assert.deepEqual(kept().map(({ file_bytes: bytes }) => bytes), files.map((text) => Buffer.byteLength(text)));
                page = timeline(bot);
                assert.deepEqual(standin.violations, []);
            });
            return page;
        };
        const typed = await play(async (guild, war) => {
            for (const step of entries) await playStep(guild, step, war);
        });
        const again = await play(async (guild, war) => {
            const person = guild.member(first.member);
            const answer = await person.slash('/timeline import', { file: attachment(asWritten(typed)) }, { channel: war });
            await person.standin.until(() => /Nothing is kept yet|No entry/.test(answer.text), 'the preview');
            assert.doesNotMatch(answer.text, /not be kept|no zone/);
            assert.match((await person.press(answer, 'Keep')).text, new RegExp(`: ${entries.length} new, 0 already`));
        });
        assert.equal(again, typed);
    });
}
