// The listener against people who mean no good: each gets the right status or is
// closed, and the bot goes on answering commands.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';

import { Bot } from './bot.mjs';
import { declare, stage, withBot } from './stage.mjs';

const addressOf = async (bot) => (await bot.logged(/event=listening address=(\S+)/))[1];
const get = async (bot, path, options) => fetch(`http://${await addressOf(bot)}${path}`, options);

/** Asks again and again, as the other end tells nobody when it is so; resolves with what `look` finds. */
async function eventually(look, what, guardMs = 30_000) {
    for (const end = Date.now() + guardMs; Date.now() < end; await new Promise((again) => { setTimeout(again, 100); })) {
        const found = await look().catch(() => undefined);
        if (found) return found;
    }
    throw new Error(`waited ${guardMs} ms in vain: ${what}`);
}

/** Connects and says `bytes`; resolves with all that is heard until the bot closes. */
async function tell(bot, bytes, { drip = '', leave = false } = {}) {
    const [host, port] = (await addressOf(bot)).split(':');
    return new Promise((resolve) => {
        let heard = '';
        const socket = connect({ host, port: Number(port) }, () => { socket.write(bytes); if (leave) socket.resetAndDestroy?.() ?? socket.destroy(); });
        const dripping = drip && setInterval(() => socket.write(drip), 50);
        socket.setEncoding('latin1').on('data', (text) => { heard += text; }).on('error', () => {})
            .on('close', () => { clearInterval(dripping); resolve(heard); });
    });
}
const statuses = (heard) => [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
const host = 'Host: opsroom\r\n';
const last = `GET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;

/** It is well, whatever was done to it. */
async function isWell({ guild, bot, nova }) {
    assert.equal((await get(bot, '/healthz')).status, 200);
    const { war } = await declare(guild, nova);
    assert.match((await nova.slash('/timeline add', { text: 'Still here' }, { channel: war })).text, /Kept as/);
}

test('/healthz tells whether it is connected', async () => {
    await withBot({}, async ({ bot }) => {
        await bot.start();
        const answer = await get(bot, '/healthz');
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8');
        assert.equal(await answer.text(), 'Connected to Discord.\nThe database answers.\n');
        const head = await get(bot, '/healthz', { method: 'HEAD' });
        assert.deepEqual([head.status, await head.text()], [200, '']);
    });
    const bot = new Bot(undefined, { env: { DISCORD_TOKEN: 'x'.repeat(30) } });
    try {
        await bot.start({ ready: false });
        const answer = await get(bot, '/healthz');
        assert.equal(answer.status, 503);
        assert.match(await answer.text(), /^Not connected to Discord for \d+ s: waiting to connect\.\nThe database answers\.\n$/);
    } finally {
        await bot.close();
    }
});

test('where it cannot listen it does not start; without an address it listens nowhere', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const env = { DISCORD_TOKEN: 'x'.repeat(30) };
    const one = new Bot(undefined, { env, settings: { http: { listen: `127.0.0.1:${taken.address().port}` } } });
    const other = new Bot(undefined, { env, settings: { http: { listen: '' } } });
    try {
        await one.start({ ready: false });
        assert.deepEqual(await one.exited, { code: 1, signal: null });
        assert.match(one.log, /cannot_start .*cannot listen on 127\.0\.0\.1:\d+: Address already in use\. Stop what listens there, or change http\.listen/);
        await other.start({ ready: false });
        await other.logged(/event=started/);
        assert.doesNotMatch(other.log, /listening/);
    } finally {
        taken.close();
        await one.close();
        await other.close();
    }
});

const probes = (port) => ({ probe: [
    { name: 'tidy "quoted" \\ port', kind: 'tcp', target: `127.0.0.1:${port}`, interval_s: 5, timeout_s: 2, down_after: 1, of: 1 },
] });

test('/metrics is what Prometheus takes, and counts', async () => {
    const open = createServer((socket) => socket.end()).listen(0, '127.0.0.1').unref();
    await once(open, 'listening');
    await stage({ settings: () => probes(open.address().port) }, async ({ guild, bot, nova }) => {
        const { war } = await declare(guild, nova);
        await nova.slash('/timeline add', { text: 'Restarted' }, { channel: war });
        await get(bot, '/nothing');
        const look = async () => (/^opsroom_probe_up/m.test(await (await get(bot, '/metrics')).text()));
        await eventually(look, 'the first result of the probe');
        const answer = await get(bot, '/metrics');
        const page = await answer.text();
        assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
        const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
        assert.equal(status, 0, stdout + stderr + page);
        assert.equal(stdout + stderr, '', page);
        const value = (name) => Number(page.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ').at(-1));
        assert.equal(value('opsroom_gateway_connected'), 1);
        assert.equal(value('opsroom_gateway_state{state="ready"}'), 1);
        assert.ok(value('opsroom_gateway_event_age_seconds') < 60);
        assert.equal(value('opsroom_answer_duration_seconds_count'), 2);
        assert.equal(value('opsroom_answers_lost_total'), 0);
        assert.equal(value('opsroom_http_answers_total{status="4xx"}'), 1);
        assert.equal(value('opsroom_probe_up{probe="tidy \\"quoted\\" \\\\ port",service=""}'), 1);
        assert.ok(value('opsroom_commits_total{result="kept"}') >= 2);
        assert.ok(value('opsroom_discord_requests_total{status="2xx"}') >= 4);
        assert.ok(value('process_resident_memory_bytes') > 1e6);
        assert.ok(value('process_start_time_seconds') > 1.6e9);

        const inOpen = await get(bot, '/metrics', { headers: { Accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' } });
        assert.equal(inOpen.headers.get('content-type'), 'application/openmetrics-text; version=1.0.0; charset=utf-8');
        assert.match(await inOpen.text(), /# TYPE opsroom_commits counter\nopsroom_commits_total\{[\s\S]*\n# EOF\n$/);
        await isScraped(bot);
    });
});

/** By a real Prometheus, which asks for OpenMetrics. */
async function isScraped(bot) {
    const directory = join(bot.directory, 'prometheus');
    mkdirSync(directory);
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address();
    free.close();
    await once(free, 'close');
    writeFileSync(join(directory, 'prometheus.yml'), `global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: opsroom\n  static_configs: [{targets: ['${await addressOf(bot)}']}]\n`);
    const prometheus = spawn('prometheus', [`--config.file=${directory}/prometheus.yml`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore' });
    const gone = once(prometheus, 'close');
    try {
        const target = await eventually(async () => {
            const { data } = await (await fetch(`http://127.0.0.1:${port}/api/v1/targets`)).json();
            return data.activeTargets.find(({ health }) => health !== 'unknown');
        }, 'Prometheus has looked');
        assert.deepEqual([target.health, target.lastError], ['up', '']);
        const found = await (await fetch(`http://127.0.0.1:${port}/api/v1/query?query=opsroom_commits_total`)).json();
        assert.ok(found.data.result.length > 0);
    } finally {
        prometheus.kill('SIGKILL');
        await gone;
    }
}

test('without metrics in the settings there are none', () => withBot({ settings: { http: { listen: '127.0.0.1:0', metrics: false } } }, async ({ bot }) => {
    await bot.start();
    assert.equal((await get(bot, '/metrics')).status, 404);
}));

const long = (bytes) => 'x'.repeat(bytes);
const post = (path, headers, body = '') => `POST ${path} HTTP/1.1\r\n${host}${headers}\r\n${body}`;
const hostile = [
    ['a truncated body', post('/alerts/x', 'Content-Length: 100\r\n', 'half'), [], { leave: true }],
    ['one byte more than 3 MB', post('/alerts/x', `Content-Length: ${3 * 2 ** 20 + 1}\r\n`, long(3 * 2 ** 20 + 1)) + last, ['401', '200']],
    ['no end', post('/alerts/x', 'Content-Length: 99999999\r\n', 'x'), ['401']],
    ['a wrong method', `DELETE /healthz HTTP/1.1\r\n${host}\r\n${last}`, ['405', '200']],
    ['a body where none is due', post('/healthz', 'Content-Length: 5\r\n', 'hello') + last, ['405', '200']],
    ['a wrong path', `GET /../../etc/passwd HTTP/1.1\r\n${host}\r\n${last}`, ['404', '200']],
    ['a path with a NUL', `GET /healthz%00/x HTTP/1.1\r\n${host}\r\n${last}`, ['404', '200']],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n', []],
    ['TLS', Buffer.from('16030100c8010000c403030a0b0c0d0e0f0d0a0d0a', 'hex'), []],
    ['a flood of headers', `GET /healthz HTTP/1.1\r\n${host}${'X-A: b\r\n'.repeat(20000)}\r\n`, ['431']],
    ['a long header', `GET /healthz HTTP/1.1\r\n${host}X-A: ${long(100000)}\r\n\r\n`, ['431']],
    ['a long address', `GET /${long(100000)} HTTP/1.1\r\n${host}\r\n`, ['414']],
    ['a length and chunks', post('/alerts/x', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${last}`), ['400']],
    ['two lengths', post('/alerts/x', 'Content-Length: 5\r\nContent-Length: 50\r\n', `hello${last}`), ['400']],
    ['a negative length', post('/alerts/x', 'Content-Length: -5\r\n', 'hello'), ['400']],
    ['a length past all numbers', post('/alerts/x', 'Content-Length: 18446744073709551616\r\n', 'hello'), ['413']],
    ['broken chunks', post('/alerts/x', 'Transfer-Encoding: chunked\r\n', '-5\r\nhello\r\n'), ['400']],
    ['a chunk past all numbers', post('/alerts/x', 'Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\nhello\r\n'), ['413']],
    ['a hundred at once', `GET /healthz HTTP/1.1\r\n${host}\r\n`.repeat(99) + last, Array(100).fill('200')],
];

test('hostile requests get their status', () => stage({}, async (scene) => {
    await Promise.all(hostile.map(async ([name, bytes, expected, options]) => {
        const heard = await tell(scene.bot, bytes, options);
        // Of its own refusals the library says the head twice, and closes.
        const got = statuses(heard).filter((status, i, all) => !(i > 0 && /^4/.test(status) && all[i - 1] === status));
        assert.deepEqual(got, expected, `${name}: ${heard.slice(0, 500)}`);
    }));
    await isWell(scene);
    assert.equal(scene.bot.record().events.filter(({ kind }) => kind === 'alert').length, 0);
}));

test('silent, slow and many: nobody is kept out', () => stage({}, async (scene) => {
    const { bot } = scene;
    const drips = [
        tell(bot, 'GET /healthz HTTP/1.1\r\nX-A: ', { drip: 'a' }),
        tell(bot, post('/alerts/x', 'Content-Length: 1000\r\n'), { drip: 'a' }),
        tell(bot, ''),
        tell(bot, `GET /healthz HTTP/1.1\r\n${host}`),
    ];
    const heard = await Promise.all(drips);
    assert.deepEqual(heard.flatMap(statuses), [], 'closed when their time was up');
    // More than there are places: they are closed by and by, and who asks is answered.
    const crowd = Array.from({ length: 200 }, (_, i) => tell(bot, i % 2 ? '' : 'POST /alerts/x HTTP/1.1\r\nHost:'));
    assert.equal((await get(bot, '/healthz')).status, 200);
    await isWell(scene);
    assert.deepEqual((await Promise.all(crowd)).flatMap(statuses), []);
    const answers = await Promise.all(Array.from({ length: 200 }, () => tell(bot, last)));
    assert.deepEqual(new Set(answers.flatMap(statuses)), new Set(['200']));
    assert.equal(answers.flatMap(statuses).length, 200, 'none of a burst is lost');
}));
