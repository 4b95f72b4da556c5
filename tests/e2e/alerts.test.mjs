// Monitors post to the listener: the record has it before they hear 200, and
// people see one card a storm.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { buttons, declare, stage, told } from './stage.mjs';

const SECRET = 'a-secret-of-24-characters';

/** A stage whose bot takes alerts at `port`, with post(name, body, options) -> {status, text}. */
function withDoor(play) {
    const folder = mkdtempSync(join(tmpdir(), 'opsroom-alerts-'));
    const file = join(folder, 'secret');
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
    let announce;
    const settings = (guild) => {
        announce = guild.channel('announcements');
        return {
            discord: { announce_channel: announce.id },
            service: [{ name: 'forum', depends_on: ['database'], owner: 'quill', runbook: 'https://example.org/runbooks/forum' }, { name: 'database' }],
            alert: [
                { name: 'prom', form: 'alertmanager', secret_file: file },
                { name: 'kuma', form: 'kuma', secret_file: file, service: 'forum' },
                { name: 'robot', form: 'uptimerobot', secret_file: file, service: 'forum' },
            ],
        };
    };
    return stage({ settings }, async (on) => {
        const [, port] = await on.bot.logged(/listening.*?127\.0\.0\.1:(\d+)/);
        const post = async (name, body, { secret = SECRET, method = 'POST' } = {}) => {
            const answer = await fetch(`http://127.0.0.1:${port}/alerts/${name}`, {
                method, headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
                ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
            });
            return { status: answer.status, text: await answer.text() };
        };
        await play({ ...on, announce, post, port });
    }).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** Alertmanager's body; `alerts` are [name, labels] that fire, or are over. */
const group = (alerts, status = 'firing', startsAt = new Date(Date.now() - 60_000)) => ({
    version: '4', groupKey: '{}:{}', truncatedAlerts: 0, status, receiver: 'opsroom',
    groupLabels: {}, commonLabels: {}, commonAnnotations: {}, externalURL: 'http://alertmanager.example:9093',
    alerts: alerts.map(([name, labels = {}]) => ({
        status, labels: { alertname: name, ...labels }, annotations: { summary: `${name} was seen` },
        startsAt: startsAt.toISOString(), endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : new Date().toISOString(),
        generatorURL: 'http://prometheus.example/graph?g0.expr=up', fingerprint: `${name}${JSON.stringify(labels)}`,
    })),
});

const alerts = (bot, id = 1) => told(bot, id).events.filter(({ kind }) => kind === 'alert');

test('a card of alerts about different services is called after none', () => withDoor(async ({ announce, post }) => {
    await post('prom', group([['ReplicaLag', { service: 'database' }], ['HighLatency', { service: 'forum' }]]));
    const card = await announce.message('ReplicaLag');
    assert.match(card.text, /^2 alerts\n/);
    assert.doesNotMatch(card.text, /Owner|Runbook|know no service/);
}));

test('a card says when the settings know no such service', () => withDoor(async ({ announce, post }) => {
    await post('prom', group([['HighLatency', { service: 'Forums' }]]));
    const card = await announce.message('HighLatency');
    assert.match(card.text, /was seen · Forums\n/);
    assert.match(card.text, /The settings know no service called Forums\./);
}));

test('a list of alerts that is too long for a message ends with a whole line', () => withDoor(async ({ nova, announce, post }) => {
    const long = 'w'.repeat(110);
    await post('prom', group(Array.from({ length: 25 }, (_, n) => [`${n}-${long}`, { service: 'forum' }])));
    await announce.message('25 alerts');
    const { text } = await nova.slash('/alert list');
    const lines = text.split('\n').filter((line) => line.startsWith('- '));
    assert.ok(text.length <= 2000 && lines.length > 5, text);
    for (const line of lines) assert.match(line, /no incident has it \(alerts #1\)$/);
    assert.match(text, new RegExp(`\n… and ${25 - lines.length} more\\.$`));
}));

test('an alert without an incident is a card; the incident that is declared from it has it', () => withDoor(async ({ standin, guild, bot, nova, announce, post }) => {
    assert.deepEqual(await post('prom', group([['HighLatency', { instance: 'api-1', service: 'forum', severity: 'critical' }]])), { status: 200, text: 'Kept.\n' });
    const card = await announce.message('HighLatency on api-1');
    assert.match(card.text, /Firing.*HighLatency on api-1.*quill.*runbooks\/forum.*No open incident/s);
    assert.deepEqual(Object.keys(buttons(card)), ['Declare incident', 'Ignore']);

    const form = await nova.press(card, 'Declare incident');
    assert.equal(form.modal.fields.find(({ customId }) => customId === 'title').value, 'HighLatency on api-1');
    const answer = await nova.submit(form, { title: 'The forum is slow' });
    assert.match(answer.text, /INC-1\*\* is declared/);
    await standin.until(() => /in the record of INC-1, which was declared by nova/.test(card.text), 'the card to say so');
    assert.deepEqual(buttons(card), {});
    await standin.until(() => alerts(bot).length === 1, 'the alert in the record');
    const [alert] = alerts(bot);
    assert.deepEqual([alert.actor_type, alert.actor_name, alert.source, alert.alert_state], ['robot', 'prom', 'webhook', 'firing']);
    const war = await guild.channelNamed(/^inc-1-(?!live)/);
    await war.message('HighLatency on api-1');

    await post('prom', group([['HighLatency', { instance: 'api-1', service: 'forum', severity: 'critical' }]], 'resolved'));
    await war.message('Over after');
    const [, over] = alerts(bot);
    assert.equal(over.target, alert.seq);
}));

test('what fires follows from a duplicate to the incident that goes on', () => withDoor(async ({ standin, guild, bot, nova, quill, announce, post }) => {
    const replicas = [['ReplicaLag', { instance: 'db-1', service: 'mail' }]];
    const { war } = await declare(guild, quill);
    await post('prom', group(replicas));
    const card = await announce.message('ReplicaLag on db-1');
    const form = await nova.press(card, 'Declare incident');
    assert.match((await nova.submit(form, { title: 'Replicas lag' })).text, /INC-2\*\* is declared/);
    await standin.until(() => alerts(bot, 2).length === 1, 'the alert in the record of INC-2');
    await nova.slash('/incident cancel', { reason: 'The same thing', duplicate_of: 'INC-1', incident: 'INC-2' });
    await war.message('ReplicaLag on db-1');
    await standin.until(() => /in the record of INC-1\b(?!, which)/.test(card.text), 'the card to name INC-1');
    assert.match(card.text, /Firing.*ReplicaLag/);
    assert.match((await quill.slash('/alert list')).text, /ReplicaLag on db-1.*in \*\*INC-1\*\*/s);
    await post('prom', group(replicas, 'resolved'));
    await war.message('Over after');
    assert.equal(alerts(bot, 1).length, 2);
    assert.equal(alerts(bot, 2).length, 1);
}));

test('alerts of an open incident go there; others are ignored by a press', () => withDoor(async ({ standin, guild, bot, nova, quill, announce, post }) => {
    const { answer, war } = await declare(guild, nova, { service: 'forum' });
    assert.match(answer.text, /\*\*forum\*\*: owner quill\. It needs database\. Runbook: <https:\/\/example.org\/runbooks\/forum>/);
    assert.match((await nova.slash('/incident declare', { title: 'Other', service: 'forumm' })).text, /no service called forumm.*forum, database/s);
    await post('prom', group([['ReplicaLag', { service: 'database' }]]));
    await war.message('ReplicaLag');
    await post('kuma', { heartbeat: { monitorID: 7, status: 0, time: '2026-11-21 12:00:00.000', msg: 'connect ECONNREFUSED' }, monitor: { id: 7, name: 'Forum', type: 'http' }, msg: '[Forum] [Down] connect ECONNREFUSED' });
    await war.message('Forum is down');
    await post('prom', group([['DiskFull', { instance: 'mail-1' }]]));
    const card = await announce.message('DiskFull on mail-1');
    assert.match((await quill.press(card, 'Ignore')).text, /Ignored/);
    assert.match((await nova.press(card, 'Declare incident')).text ?? '', /already|^$/);
    assert.equal(alerts(bot).length, 2);
    await post('prom', group([['OomKill', { instance: 'mail-1' }]]));
    const other = await announce.message('OomKill on mail-1');
    const [number] = /#\d+/.exec(other.text);
    const link = await nova.slash('/incident link', { alerts: number }, { channel: war });
    assert.match(link.text, /Alerts #\d+ go into the record of \*\*INC-1\*\*/);
    await war.message('OomKill on mail-1');
    assert.match((await quill.slash('/incident link', { alerts: number }, { channel: war })).text, /already/);
    await standin.until(() => /in the record of INC-1/.test(other.text), 'the card to say so');
    const list = await nova.slash('/alert list');
    assert.match(list.text, /DiskFull on mail-1.*no incident has it.*Forum is down.*INC-1.*ReplicaLag.*INC-1/s);
    const over = await nova.slash('/resolve', { summary: 'The forum answers.' }, { channel: war });
    assert.match(over.text, /\*\*But 3 alerts in its record still fire\*\*: `\/alert list`\./);
}));

/** Sends on a connection of `agent`: fetch opens more than an address has, and theirs are closed after an idle second. */
const sendOn = (agent, port, body) => new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' };
    request({ agent, port, host: '127.0.0.1', path: '/alerts/prom', method: 'POST', headers }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode));
    }).on('error', reject).end(JSON.stringify(body));
});

test('a storm of 1,000 in a second is one card, and none is lost', () => withDoor(async ({ standin, bot, nova, announce, port }) => {
    const storm = Array.from({ length: 1000 }, (_, n) => [`Alert${n}`, { instance: `host-${n}` }]);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const statuses = await Promise.all(storm.map((one) => sendOn(agent, port, group([one]))));
    agent.destroy();
    assert.ok(statuses.every((status) => status === 200));
    const card = await announce.message('1000 alerts');
    assert.equal(announce.all.filter(({ exists }) => exists).length, 1);
    await nova.submit(await nova.press(card, 'Declare incident'), { title: 'Everything is down' });
    await standin.until(() => alerts(bot).some(({ kind }) => kind === 'alert'), 'the entry');
    await standin.until(() => told(bot).events.some(({ alert_count: count }) => count === 1000), 'the count', 15_000);
    assert.equal(alerts(bot).length, 1);
}));

// A sender that hears 413 does not try again: the largest storm would be the one that is lost.
test('a group of 2,000 alerts with what is usual in them is taken', () => withDoor(async ({ announce, post }) => {
    const large = group(Array.from({ length: 2000 }, (_, n) => [`KubePodNotReady${n}`, {
        namespace: 'mastodon', pod: `mastodon-web-${n}-7d9f8b6c5d-x2x4z`, container: 'kube-state-metrics', job: 'kube-state-metrics',
        instance: '10.0.0.7:8080', prometheus: 'monitoring/k8s', severity: 'warning',
    }]));
    for (const alert of large.alerts) alert.annotations.description = 'In a non-ready state for longer than 15 minutes. '.repeat(12);
    assert.ok(JSON.stringify(large).length > 2 * 2 ** 20);
    assert.deepEqual(await post('prom', large), { status: 200, text: 'Kept.\n' });
    await announce.message('2000 alerts', 30_000);
}));

// Its webhook can put everything into the address, and send nothing else.
test('UptimeRobot may ask for an address that tells the alert', () => withDoor(async ({ announce, port }) => {
    const ask = (name, method, fields = { monitorID: '77', monitorFriendlyName: 'streaming', alertType: '1', alertDetails: 'HTTP 502' }) =>
        fetch(`http://127.0.0.1:${port}/alerts/${name}?secret=${SECRET}&${new URLSearchParams(fields)}`, { method });
    for (const [name, method] of [['prom', 'GET'], ['prom', 'HEAD'], ['robot', 'HEAD']]) {
        const { status, headers } = await ask(name, method);
        assert.deepEqual([status, headers.get('allow')], [405, 'POST'], `${method} ${name}`);
    }
    const bare = await ask('robot', 'GET', {});
    assert.equal(bare.status, 400);
    const answer = await ask('robot', 'GET');
    assert.deepEqual([answer.status, await answer.text()], [200, 'Kept.\n']);
    await announce.message('streaming');
    assert.equal(announce.all.length, 1);
}));

test('who does not know the secret, and what is no alert, is refused', () => withDoor(async ({ bot, guild, nova, announce, post }) => {
    const good = group([['A', {}]]);
    const cases = [
        [() => post('prom', good, { secret: 'something-else-altogether' }), 401],
        [() => post('nobody', good), 401],
        [() => post('prom', good, { method: 'GET' }), 405],
        [() => post('prom', '{"version":"4","alerts":['), 400],
        [() => post('prom', '[]'), 400],
        [() => post('prom', JSON.stringify(good).replace('"A"', '{}')), 400],
        [() => post('prom', 'x'.repeat(3 * 2 ** 20 + 1)), 413],
        [() => post('kuma', { heartbeat: null, monitor: null, msg: 'Test' }), 200],
    ];
    for (const [send, status] of cases) assert.equal((await send()).status, status, String(send));
    // What is in the address is UptimeRobot's only.
    const bare = await fetch(`http://127.0.0.1:${(await bot.logged(/listening.*?127\.0\.0\.1:(\d+)/))[1]}/alerts/prom?secret=${SECRET}`, { method: 'POST' });
    assert.deepEqual([bare.status, await bare.text()], [400, 'The body is empty.\n']);
    assert.equal((await post('prom', good)).status, 200);
    await announce.message('A');
    assert.equal(announce.all.length, 1);
    await declare(guild, nova);
    assert.deepEqual(alerts(bot), []);
    assert.doesNotMatch(bot.log, new RegExp(SECRET));
}));
