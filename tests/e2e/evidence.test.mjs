// What the probes measured around an incident: frozen as a CSV, drawn in the
// rooms, and again beside the postmortem. A web page on loopback is checked for
// real, each time somebody says /probe run.

import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';

import { decoded } from '../practice/png.mjs';
import { declare, stage } from './stage.mjs';

let page, status = 200;

before(async () => {
    page = http.createServer((request, response) => { response.writeHead(status).end('hello'); });
    await new Promise((done) => { page.listen(0, '127.0.0.1', done); });
});
after(() => { page.close(); page.closeAllConnections?.(); });

const settings = () => ({
    service: [{ name: 'forum' }, { name: 'wiki' }],
    // Once a day: what is measured is measured by /probe run.
    probe: [{ name: 'forum https', kind: 'http', target: `http://127.0.0.1:${page.address().port}/`, service: 'forum', interval_s: 86_400 }],
});

const ALERT_AT_ONCE = { down_after: 1, of: 1 };
const evidence = (bot) => bot.record().events.filter(({ kind }) => kind === 'evidence');
const hasChart = ({ attachments }) => attachments.some(({ name }) => name === 'chart-1.png');
const charts = (room) => room.all.filter(hasChart);

/** A check, now, whose result the bot tells in place of its first answer. */
async function check(person, where, answer) {
    status = answer;
    const told = await person.slash('/probe run', { target: 'forum https' }, where);
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
    assert.match(file.description, /^forum https, response time in ms, .*1 of 3 checks failed/);
    const [entry] = evidence(bot);
    assert.equal(message.text, `**#${entry.number ?? entry.seq}** Measured by forum https`);
    return message;
}

test('what was measured is drawn in both rooms, and kept', () => stage({ settings: settings() }, async ({ guild, bot, nova }) => {
    const { war, live } = await declare(guild, nova, { service: 'forum' });
    const none = await nova.slash('/probe chart', {}, war);
    assert.match(none.text, /^No probe has measured anything around \*\*INC-1\*\*/);
    await measure(nova, war);
    const asked = await nova.slash('/probe chart', {}, war);
    assert.match(asked.text, /is being drawn/);
    await picture(bot, war);
    await picture(bot, live);
    const [entry] = evidence(bot);
    assert.deepEqual([entry.source, entry.file_name, entry.file_type, entry.actor_name], ['probe', 'probes.csv', 'text/csv', 'opsroom']);
    assert.match(entry.file_alt, /^forum https, response time in ms/);
}));
