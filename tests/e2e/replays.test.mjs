// The three real incidents, end to end: slash commands in, the record, the rooms
// and a postmortem commit out. Then once more with monitors at the door.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { asRendered, git } from './bot.mjs';
import { guildOf, play, readReplay } from './replay.mjs';
import { buttons, seen, withBot } from './stage.mjs';

/** Plays a replay to its commit; hands over what there is to look at. `options` are those of play, and the `watch`ing settings. */
async function played(name, look, { watch = {}, ...options } = {}) {
    const replay = readReplay(name);
    const settings = (guild) => ({ discord: { announce_channel: guild.channel('announcements').id }, ...watch });
    await withBot({ guilds: [guildOf(replay)], settings }, async ({ standin, guild, bot }) => {
        await bot.start();
        await options.before?.(bot);
        const told = [];
        const alert = options.alert && ((step) => options.alert(step, bot));
        const war = await play(standin, guild, replay, { ...options, alert, told: (step, answer) => told.push({ step, answer }) });
        const card = await war.message(/Postmortem/);
        await standin.until(() => /postmortem\//.test(card.text), 'the commit on the card', 30_000);
        const branch = git(bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/postmortem').trim();
        const path = git(bot.repository, 'ls-tree', '-r', '--name-only', branch).trim();
        const page = asRendered(git(bot.repository, 'show', `${branch}:${path}`));
        await look({ replay, standin, guild, bot, war, card, branch, path, page, told, record: bot.record() });
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
        const lines = timeline.match(/^- \*\*.*/gm);
        assert.deepEqual(lines.filter((line) => line.includes('now resolved')), ['- **19:06** `@nova` *(now resolved)*']);
        assert.equal(lines.length - 1, 16);
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
        assert.doesNotMatch(text, /now resolved/, 'nobody told when');
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

// ---- with monitors at the door ----

const SECRET = 'a-secret-of-24-characters';
const folder = mkdtempSync(join(tmpdir(), 'opsroom-replays-'));
writeFileSync(join(folder, 'secret'), SECRET, { mode: 0o600 });
after(() => rmSync(folder, { recursive: true }));

const uptimeRobot = (service) => ({ name: 'uptimerobot', form: 'uptimerobot', secret_file: join(folder, 'secret'), service });

/** As UptimeRobot posts: a form, the time in seconds, what does not apply as its own variable. */
async function monitorIsDown(bot, { name, url, details, at }) {
    const [, address] = await bot.logged(/event=listening address=(\S+)/);
    const fields = {
        monitorID: '777', monitorURL: url, monitorFriendlyName: name, alertType: '1', alertTypeFriendlyName: 'Down', alertDetails: details,
        alertDuration: '*alertDuration*', alertDateTime: String(Date.parse(at) / 1000), sslExpiryDate: '*sslExpiryDate*',
    };
    const answer = await fetch(`http://${address}/alerts/uptimerobot?secret=${SECRET}`, { method: 'POST', body: new URLSearchParams(fields) });
    assert.deepEqual([answer.status, await answer.text()], [200, 'Kept.\n']);
}

const streaming = {
    name: 'streaming', url: 'https://social.example.org/api/v1/streaming/health', details: 'HTTP 502 - Bad Gateway', at: '2022-12-13T19:01:00Z',
};
const machineAlerts = (record) => record.events.filter(({ kind }) => kind === 'alert');
const tlsProbe = { name: 'media certificate', kind: 'tls', target: 'media.example.org:443', service: 'media', interval_s: 86_400 };

test('2022-12-13, UptimeRobot posts its alert of 19:01: people were 8 minutes before it', async () => {
    await played('2022-12-13-root-filesystem-full', async ({ war, page, record }) => {
        const [alert, ...more] = machineAlerts(record);
        assert.deepEqual(more, []);
        assert.deepEqual([alert.actor_type, alert.actor_name, alert.source, alert.text, alert.link],
            ['robot', 'uptimerobot', 'webhook', 'streaming is down: HTTP 502 - Bad Gateway', streaming.url]);
        assert.equal(record.human_alarm_gap, '8 minutes');
        assert.match(record.milestones['first machine alert'], /19:01/);
        await war.message('streaming is down: HTTP 502');
        inOrder(section(page, 'Timeline'), ['**18:59**', '**19:01** `uptimerobot` streaming is down: HTTP 502 - Bad Gateway', '**19:02**']);
        assert.match(section(page, 'Detection'), /people noticed 8 minutes before the first machine alert/);
    }, { service: 'web', watch: { service: [{ name: 'web' }], alert: [uptimeRobot('web')] }, alert: (step, bot) => monitorIsDown(bot, streaming) });
});

test('2022-12-18, monitors that see nothing: no machine alert, and a proposal to add a probe', async () => {
    await played('2022-12-18-media-cache-and-queue-latency', ({ page, record, told }) => {
        assert.deepEqual(machineAlerts(record), []);
        assert.equal(record.human_alarm_gap, 'no machine alert recorded');
        assert.match(told.at(-1).answer.text, /Proposed action item: Add a probe for media: no machine alert told of it/);
        assert.match(section(page, 'Detection'), /Add a probe for media: no machine alert told of it/);
    }, { service: 'media', watch: { service: [{ name: 'media' }], alert: [uptimeRobot('media')] } });
});

test('2023-02-27, an alert of another service: no machine alert, and a proposed detect action', async () => {
    await played('2023-02-27-tls-media', ({ page, record, told }) => {
        assert.deepEqual(machineAlerts(record), []);
        assert.equal(record.human_alarm_gap, 'no machine alert recorded');
        const proposed = 'Alert on "media certificate": no machine alert told of it';
        const { answer } = told.at(-1);
        assert.ok(seen(answer.text).includes(`Proposed action item: ${proposed}`), answer.text);
        assert.ok(readersText(section(page, 'Detection')).includes(proposed), page);
        assert.match(buttons(answer.message)['Add action item'], /kind=detect/);
    }, {
        service: 'media', watch: { service: [{ name: 'media' }, { name: 'mail' }], probe: [tlsProbe], alert: [uptimeRobot('mail')] },
        before: (bot) => monitorIsDown(bot, { name: 'mail', url: 'https://mail.example.org/', details: 'Connection Timeout', at: '2023-02-28T01:50:00Z' }),
    });
});
