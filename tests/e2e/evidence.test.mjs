// What the probes measured around an incident: frozen as a CSV, drawn in the
// rooms, and again beside the postmortem. A web page on loopback is checked for
// real, each time somebody says /probe run.

import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';

import { decoded } from '../practice/png.mjs';
import { git } from './bot.mjs';
import { declare, seen, stage } from './stage.mjs';

let page, status = 200;

before(async () => {
    page = http.createServer((request, response) => { response.writeHead(status).end('hello'); });
    await new Promise((done) => { page.listen(0, '127.0.0.1', done); });
});
after(() => { page.close(); page.closeAllConnections?.(); });

const settings = () => ({
    service: [{ name: 'forum' }, { name: 'wiki' }],
    // Once when it starts, and then once a day: the rest is measured by /probe run.
    probe: [{ name: 'forum https', kind: 'http', target: `http://127.0.0.1:${page.address().port}/`, service: 'forum', interval_s: 86_400 }],
});

const evidence = (bot) => bot.record().events.filter(({ kind }) => kind === 'evidence');
const hasChart = ({ attachments }) => attachments.some(({ name }) => name === 'chart-1.png');

/** A check, now, whose result the bot tells in place of its first answer. */
async function check(person, where, answer) {
    status = answer;
    const told = await person.slash('/probe run', { target: 'forum https' }, { channel: where });
    await where.guild.world.until(() => !/^Checking/.test(told.message.text), 'the result of a check');
}

/** Good, bad, good again. */
async function measure(person, where) {
    for (const answer of [200, 503, 200]) await check(person, where, answer);
}

async function picture(bot, room) {
    const message = await room.message(hasChart);
    const [file] = message.attachments;
    assert.equal(message.attachments.length, 1);
    const { width, height } = decoded(file.bytes);
    assert.deepEqual([width, height, file.type], [1200, 640, 'image/png']);
    assert.match(file.description, /^forum https, response time in ms, .*1 of [34] checks failed/);
    const [entry] = evidence(bot);
    assert.equal(message.text, `**#${entry.number ?? entry.seq}** Measured by forum https`);
    return message;
}

test('what was measured is drawn in both rooms, and kept', () => stage({ settings: settings() }, async ({ guild, bot, nova }) => {
    const { war, live } = await declare(guild, nova, { service: 'forum' });
    await measure(nova, war);
    const asked = await nova.slash('/probe chart', {}, { channel: war });
    assert.match(asked.text, /is being drawn/);
    await picture(bot, war);
    await picture(bot, live);
    const [entry] = evidence(bot);
    assert.deepEqual([entry.source, entry.file_name, entry.file_type, entry.actor_name], ['probe', 'probes.csv', 'text/csv', 'opsroom']);
    assert.match(entry.file_alt, /^forum https, response time in ms/);
}));

/** Everything that the commit has beside the page. */
const beside = (repository, branch) => git(repository, 'ls-tree', '-r', '--name-only', branch).trim().split('\n');

const hasPictures = (bot, text) => [...text.matchAll(/a draft is written: `(\w+)`/g)].some(([, commit]) => /chart-1\.svg/.test(beside(bot.repository, commit)));

test('the postmortem has the chart beside it, drawn from the record', () => stage({ settings: settings() }, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova, { service: 'forum' });
    await measure(nova, war);
    await nova.slash('/resolve', { summary: 'Restarted' }, { channel: war });
    await picture(bot, war);
    // Written once without, when it was resolved, and anew with what was measured.
    await standin.until(() => war.all.some(({ text }) => text.includes('a draft is written') && hasPictures(bot, text)), 'the page with its pictures', 30_000);
    const { postmortem_branch: branch } = bot.record();
    const [folder] = beside(bot.repository, branch).filter((path) => path.endsWith('index.md')).map((path) => path.replace(/index\.md$/, ''));
    assert.deepEqual(beside(bot.repository, branch), ['chart-1.png', 'chart-1.svg', 'index.md'].map((name) => folder + name));
    const show = (name) => git(bot.repository, 'show', `${branch}:${folder}${name}`);
    const page = show('index.md');
    const [, alt] = /^!\[(forum https, response time in ms, .* 1 of [34] checks failed.*)\]\(chart-1\.svg\)$/m.exec(page);
    assert.match(show('chart-1.svg'), /^<\?xml[^]*<title id="title">forum https<[^]*<desc id="desc">forum https, response time in ms/);
    assert.match(page, /`probes\.csv` \(\d+ bytes, SHA-256 `[0-9a-f]{64}`\)/);
    assert.ok(!page.includes('probe,time,value'), 'the samples are not printed');
    assert.match(page, /^- Proposed: Alert on \\"forum https\\": no machine alert told of it\.$/m);
    assert.ok(alt);
}));

test('the missing alert becomes an action item in one click', () => stage({ settings: settings() }, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova, { service: 'forum' });
    const resolved = await nova.slash('/resolve', { summary: 'Restarted' }, { channel: war });
    assert.match(seen(resolved.text), /Proposed action item: Alert on "forum https": no machine alert told of it/);
    const kept = await nova.press(resolved.message, 'Add action item');
    assert.match(kept.text, /^Action item \*\*INC-1 #\d+\*\* · detect/);
    const [item] = bot.record().events.filter(({ kind }) => kind === 'item');
    assert.deepEqual([item.text, item.item_kind], ['Alert on "forum https": no machine alert told of it', 'detect']);
    await nova.slash('/incident reopen', { reason: 'It is back' }, { channel: war });
    const again = await nova.slash('/resolve', { summary: 'Restarted' }, { channel: war });
    assert.match(again.text, /is resolved since/);
    assert.doesNotMatch(again.text, /Proposed/);
}));

test('answers that are lost, a kill: one picture in each room', () => stage({ settings: settings() }, async ({ standin, guild, bot, nova }) => {
    const { war, live } = await declare(guild, nova, { service: 'forum' });
    await measure(nova, war);
    standin.faults.lose(new RegExp(`POST .*/channels/${war.id}/messages`), 4);
    await nova.slash('/probe chart', {}, { channel: war });
    await war.message(hasChart);
    await bot.kill();
    standin.messages.nonces.clear(); // it took long: Discord knows them no more
    await bot.start();
    await live.message(hasChart);
    await nova.slash('/timeline add', { text: 'Still here' }, { channel: war });
    for (const room of [war, live]) {
        await room.message('Still here');
        assert.equal(room.all.filter(hasChart).length, 1, room.name);
    }
    assert.equal(evidence(bot).length, 1);
    assert.match((await nova.slash('/probe chart', {}, { channel: war })).text, /that one stands/);
}));

test('a private incident shows its chart in the war room alone', () => stage({ settings: settings() }, async ({ guild, bot, nova }) => {
    await nova.slash('/incident declare', { title: 'Keys leaked', service: 'forum', private: true });
    const war = await guild.channelNamed(/^inc-1-/);
    await war.message(/declared/);
    await measure(nova, war);
    await nova.slash('/probe chart', {}, { channel: war });
    await picture(bot, war);
    assert.deepEqual([...guild.channels.values()].filter((room) => room !== war && room.all.some(hasChart)), []);
}));

test('of a service that no probe looks at there is nothing to draw', () => stage({ settings: settings() }, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova, { service: 'wiki' });
    const none = await nova.slash('/probe chart', {}, { channel: war });
    assert.match(none.text, /^No probe has measured anything around \*\*INC-1\*\*/);
    await nova.slash('/resolve', { summary: 'It was the cache' }, { channel: war });
    assert.equal(evidence(bot).length, 0);
}));
