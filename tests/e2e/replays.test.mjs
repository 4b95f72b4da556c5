// The three real incidents, end to end: slash commands in, the record, the rooms
// and a postmortem commit out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';

import { git } from './bot.mjs';
import { guildOf, play, readReplay } from './replay.mjs';
import { withBot } from './stage.mjs';

/** Plays a replay to its commit; hands over what there is to look at. */
async function played(name, look) {
    const replay = readReplay(name);
    const settings = (guild) => ({ discord: { announce_channel: guild.channel('announcements').id } });
    await withBot({ guilds: [guildOf(replay)], settings }, async ({ standin, guild, bot }) => {
        await bot.start();
        const war = await play(standin, guild, replay);
        const card = await war.message(/Postmortem/);
        await standin.until(() => /postmortem\//.test(card.text), 'the commit on the card', 30_000);
        const branch = git(bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/postmortem').trim();
        const path = git(bot.repository, 'ls-tree', '-r', '--name-only', branch).trim();
        const page = git(bot.repository, 'show', `${branch}:${path}`);
        await look({ replay, standin, guild, bot, war, card, branch, path, page, record: bot.record() });
        assert.deepEqual(standin.violations, []);
        assert.equal((await bot.stop()).code, 0);
        assert.equal(bot.run('verify').code, 0);
        assert.equal(bot.run('render', '--incident', '1').out, page, 're-rendering gives the same bytes');
    });
}

/** The page as a reader sees it: HTML by cmark-gfm, tags taken off. */
function readersText(page) {
    const body = page.replace(/^---\n[\s\S]*?\n---\n/, '');
    const { stdout, status } = spawnSync('cmark-gfm', ['-e', 'table', '-e', 'autolink', '-e', 'strikethrough'], { input: body, encoding: 'utf8' });
    assert.equal(status, 0);
    return stdout.replace(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/** Each text occurs, in this order. */
function inOrder(text, pieces) {
    let from = 0;
    for (const piece of pieces) {
        const at = text.indexOf(piece, from);
        assert.notEqual(at, -1, `"${piece}" is missing, or out of order`);
        from = at + piece.length;
    }
}

const section = (text, title) => text.slice(text.indexOf(`## ${title}`)).split('\n## ')[0];
const entriesOf = (replay) => replay.steps.filter(({ command }) => command === 'timeline add');

test('2022-12-13: 16 entries in order, evidence byte for byte, a gap of 8 minutes', async () => {
    await played('2022-12-13-root-filesystem-full', ({ replay, guild, page, branch, path, record }) => {
        const entries = entriesOf(replay);
        assert.equal(entries.length, 16);
        const timeline = section(page, 'Timeline');
        inOrder(readersText(timeline), entries.map(({ options }) => options.text));
        assert.equal(timeline.match(/^- \*\*/gm).length, 16);
        for (const { member, options } of entries) assert.match(timeline, new RegExp(`@${options.by?.slice(1) ?? member}`));
        for (const { file } of entries.filter((entry) => entry.file)) {
            assert.ok(timeline.includes(`\n\`\`\`text\n${file.text}\n\`\`\`\n`), 'evidence stands byte for byte in its fence');
        }
        assert.match(page, /8 minutes/);
        assert.match(page, /[Cc]ommander.*not recorded/);
        assert.match(page, /13 minutes/);
        assert.equal(branch, 'postmortem/2022-12-13-global-outage-504-timeouts');
        assert.equal(path, 'content/en/blog/incidents/2022-12-13-global-outage-504-timeouts/index.md');
        assert.equal(record.human_alarm_gap, '8 minutes');
        const at1906 = record.events.filter((event) => event.occurred_typed === '19:06' && event.kind !== 'state').map((event) => event.text);
        assert.deepEqual(at1906, ['Archive deleted', '187 GB recovered', 'Status page names the root cause']);
        for (const evidence of record.events.filter((event) => event.kind === 'evidence')) {
            assert.match(evidence.file_sha256, /^[0-9a-f]{64}$/);
        }
        assert.ok(guild.channel('announcements').all.length === 1);
    });
});

test('2022-12-18: imprecise times as typed and in order, ideas parked, placeholders visible', async () => {
    await played('2022-12-18-media-cache-and-queue-latency', ({ replay, page, record }) => {
        const timeline = section(page, 'Timeline');
        const shown = entriesOf(replay).filter(({ options }) => options.kind !== 'idea');
        const text = readersText(timeline);
        for (const typed of ['22:XX', '23:XX', '24:XX']) assert.ok(text.includes(typed), typed);
        inOrder(text, ['21:44', '22:XX', '23:XX', '24:XX', '14:45']);
        for (const { options } of shown) assert.ok(text.includes(options.text), options.text);
        for (const { options } of replay.steps.filter((step) => step.options.kind === 'idea')) {
            assert.ok(!timeline.includes(options.text), `parked: ${options.text}`);
            assert.ok(page.includes(options.text), 'but not lost');
        }
        const read = readersText(page);
        for (const literal of ['<S3_ENABLED=FALSE>', '<this file>', '<this server>', '<this value>', '<that value>']) {
            assert.ok(read.includes(literal), `${literal} is visible`);
        }
        assert.match(section(page, 'At a glance'), /[Rr]esolved[^\n]*not recorded/);
        assert.equal(record.milestones.resolved, 'not recorded');
    });
});

test('2023-02-27: commander from 01:56, a temporary change undone, no machine alert', async () => {
    await played('2023-02-27-tls-media', ({ page, record }) => {
        assert.equal(record.commander, 'quintessence');
        assert.match(record.milestones['commander assigned'], /01:56/);
        assert.equal(record.human_alarm_gap, 'no machine alert recorded');
        const read = readersText(page);
        assert.ok(read.includes('<ip-of-fritz>'));
        assert.ok(read.includes('no machine alert recorded'));
        inOrder(readersText(section(page, 'Timeline')), ['01:52', '01:54', '01:56', '01:57', '02:XX', 'Renewed the certificate']);
    });
});
