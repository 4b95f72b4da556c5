// Real Prometheus and Alertmanager: a rule that fires becomes an entry of the
// incident of its service, its end another, and the postmortem shows both; our
// own probe asks the same server; and Prometheus reads our metrics.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { git } from './bot.mjs';
import { declare, stage } from './stage.mjs';

const SECRET = 'a-secret-of-24-characters';
const folder = mkdtempSync(join(tmpdir(), 'opsroom-prometheus-'));
const path = (name) => join(folder, name);
const file = (name, text) => { writeFileSync(path(name), text, { mode: 0o600 }); return path(name); };
const secret = file('secret', `${SECRET}\n`);
const closing = [];

const listening = (server) => new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server.address().port)); });

async function freePort() {
    const server = http.createServer();
    const port = await listening(server);
    await new Promise((done) => { server.close(done); });
    return port;
}

/** A daemon on loopback; resolves when its log matches `ready`. */
async function daemon(program, words, ready) {
    const child = spawn(program, words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((done) => { child.once('close', done); child.once('error', done); });
    closing.push(() => { child.kill('SIGTERM'); return ended; });
    let log = '';
    await new Promise((done, fail) => {
        child.stderr.setEncoding('utf8').on('data', (text) => {
            log += text;
            if (ready.test(log)) done();
        });
        ended.then((why) => fail(new Error(`${program} ended (${why}):\n${log}`)));
    });
}

/** What Prometheus scrapes: whether the forum and the database are up. */
const up = { forum: 1, database: 1 };
let exporter, scrapes = 0, scrapedTwice;

before(async () => {
    let second;
    scrapedTwice = new Promise((done) => { second = done; });
    const server = http.createServer((request, response) => {
        if (++scrapes === 2) second(); // what the first brought is kept
        response.setHeader('content-type', 'text/plain; version=0.0.4');
        response.end(Object.entries(up).map(([name, value]) => `service_up{service="${name}"} ${value}\n`).join(''));
    });
    exporter = await listening(server);
    closing.push(() => { server.close(); server.closeAllConnections?.(); });
});

after(async () => {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true });
});

/** Alertmanager posts to the bot, Prometheus to Alertmanager. */
async function monitors(bot, ports) {
    await daemon('prometheus-alertmanager', [
        `--config.file=${file('alertmanager.yml', `
route:
  receiver: opsroom
  group_by: [service]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1s
receivers:
  - name: opsroom
    webhook_configs:
      - url: http://${bot}/alerts/prometheus
        send_resolved: true
        http_config: {authorization: {credentials_file: ${secret}}}
`)}`, `--storage.path=${path('alertmanager')}`, `--web.listen-address=127.0.0.1:${ports.alertmanager}`, '--cluster.listen-address='],
    /msg="Listening on"/);
    await daemon('prometheus', [
        `--config.file=${file('prometheus.yml', `
global: {scrape_interval: 300ms, scrape_timeout: 300ms, evaluation_interval: 300ms}
rule_files: [${file('rules.yml', `
groups:
  - name: services
    rules:
      - alert: ServiceDown
        expr: service_up == 0
        labels: {severity: critical}
        annotations:
          summary: '{{ $labels.service }} does not answer'
          description: 'The exporter says {{ $value }}.'
          runbook_url: https://example.org/runbooks/{{ $labels.service }}
`)}]
alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:${ports.alertmanager}']}]}]}
scrape_configs:
  - {job_name: services, static_configs: [{targets: ['127.0.0.1:${exporter}']}]}
  - {job_name: opsroom, static_configs: [{targets: ['${bot}']}]}
`)}`, `--storage.tsdb.path=${path('prometheus')}`, `--web.listen-address=127.0.0.1:${ports.prometheus}`, '--rules.alert.resend-delay=1s'],
    /Server is ready to receive web requests/);
    await scrapedTwice;
}

/** The entries of a robot. */
const of = (bot, name) => bot.record().events.filter(({ kind, actor_name: actor }) => kind === 'alert' && actor === name);
/** The page that was committed. */
async function committed(standin, bot, war) {
    const card = await war.message(/Postmortem/);
    await standin.until(() => /postmortem\//.test(card.text), 'the commit on the card', 30_000);
    const branch = git(bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/postmortem').trim();
    const page = git(bot.repository, 'ls-tree', '-r', '--name-only', branch).trim().split('\n').find((name) => name.endsWith('.md'));
    return git(bot.repository, 'show', `${branch}:${page}`);
}

/** What Prometheus answers to an instant query: one number. */
async function asked(ports, query) {
    const answer = await fetch(`http://127.0.0.1:${ports.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
    return Number((await answer.json()).data.result[0]?.value[1]);
}

test('a rule fires and is over: by webhook and by probe, in the record and in the postmortem', async () => {
    const ports = { bot: await freePort(), prometheus: await freePort(), alertmanager: await freePort() };
    await monitors(`127.0.0.1:${ports.bot}`, ports);
    const settings = {
        http: { listen: `127.0.0.1:${ports.bot}` },
        service: [{ name: 'forum', depends_on: ['database'] }, { name: 'database' }],
        alert: [{ name: 'prometheus', form: 'alertmanager', secret_file: secret }],
        probe: [{
            name: 'forum up', kind: 'prometheus', target: `http://127.0.0.1:${ports.prometheus}`, query: 'service_up{service="forum"}',
            bad_when: '<', threshold: 1, service: 'forum', interval_s: 2, timeout_s: 1, down_after: 1, of: 1,
        }],
    };
    await stage({ settings }, async ({ standin, guild, bot, nova }) => {
        const { war } = await declare(guild, nova, { service: 'forum' });
        up.forum = 0;
        await war.message('ServiceDown');
        await war.message('forum up is down: value 0');
        const [firing] = of(bot, 'prometheus');
        assert.deepEqual([firing.actor_type, firing.source, firing.alert_state, firing.service], ['robot', 'webhook', 'firing', 'forum']);
        assert.match(firing.text, /^ServiceDown on 127\.0\.0\.1:\d+: forum does not answer\nThe exporter says 0\./);
        assert.equal(of(bot, 'forum up')[0].source, 'probe');

        up.database = 0; // what the forum needs; the same storm
        await standin.until(() => bot.record().events.some(({ alert_count: count }) => count === 2), 'the second alert in the first entry', 20_000);
        up.forum = up.database = 1;
        await standin.until(() => ['prometheus', 'forum up'].every((name) => of(bot, name).length === 2), 'both to be over', 20_000);
        for (const name of ['prometheus', 'forum up']) {
            const [begun, over] = of(bot, name);
            assert.deepEqual([over.alert_state, over.target], ['over', begun.seq], name);
        }
        assert.equal(await asked(ports, 'up{job="opsroom"}'), 1, 'Prometheus can read what we measure of ourselves');
        assert.equal(await asked(ports, 'ALERTS{alertname="ServiceDown"}'), NaN, 'nothing fires');

        await nova.slash('/resolve', { summary: 'It was started again.' }, war);
        const page = await committed(standin, bot, war);
        const timeline = page.split('\n## Timeline\n')[1].split('\n## ')[0];
        for (const line of [/`prometheus` 2 alerts: ServiceDown on /, /`prometheus` Over after \d+ seconds?: 2 alerts: /,
            /`forum up` forum up is down: value 0/, /`forum up` Over after \d+ seconds?: forum up is down/]) {
            assert.equal(timeline.match(new RegExp(line, 'g'))?.length, 1, `${line} in ${timeline}`);
        }
        assert.equal(timeline.match(/Over after/g).length, 2, timeline);
        assert.match(page, /- First machine alert: \*\*.*`(prometheus|forum up)`/);
    });
});
