// `opsroom probe` against a real nginx: what the checks say of good and bad
// certificates, of servers that are slow, ill, away or silent, and where they
// refuse to go. All on loopback.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';

import { Bot, program } from './bot.mjs';
import { stage } from './stage.mjs';

const folder = mkdtempSync(join(tmpdir(), 'opsroom-probe-'));
const path = (name) => join(folder, name);
const DAY_MS = 86_400_000;
const closing = [];

function openssl(...words) {
    const { status, stderr } = spawnSync('openssl', words, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
}

const asn1Time = (fromNowDays) => new Date(Date.now() + fromNowDays * DAY_MS).toISOString().replace(/\.\d+|[-:T]/g, '');

const key = (name) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];

function authority() {
    writeFileSync(path('ca.cnf'), `
[ca]
default_ca = ours
[ours]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
unique_subject = no
copy_extensions = copy
policy = any
[any]
commonName = supplied
`);
    writeFileSync(path('index.txt'), '');
    openssl('req', '-x509', ...key('ca'), '-days', '3650', '-subj', '/CN=Test CA', '-addext', 'keyUsage=critical,keyCertSign', '-out', 'ca.pem');
}

/** A certificate of our CA for `names`, valid for so many days from now. */
function certificate(name, { names = `DNS:${name}.test`, from = -100, days = 90 } = {}) {
    openssl('req', '-new', ...key(name), '-subj', `/CN=${name}.test`, '-addext', `subjectAltName=${names}`, '-out', `${name}.csr`);
    openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', `${name}.csr`,
        '-startdate', asn1Time(from), '-enddate', asn1Time(days), '-out', `${name}.pem`);
}

const listening = (server) => new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server.address().port)); });

async function freePort() {
    const server = net.createServer();
    const port = await listening(server);
    await new Promise((done) => { server.close(done); });
    return port;
}

/** Answers late, or never: what nginx has behind it. */
async function backend() {
    const server = http.createServer((request, response) => {
        if (request.url === '/slow') setTimeout(() => response.end('late'), 300);
    });
    closing.push(() => { server.close(); server.closeAllConnections?.(); });
    return listening(server);
}

/** A port of a process that is stopped, with its queue of connections full: the kernel drops what comes. */
async function blackHole() {
    const child = spawn(process.execPath, ['-e', `
        const server = require('net').createServer();
        server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
            require('fs').writeSync(1, String(server.address().port));
            process.kill(process.pid, 'SIGSTOP');
        });`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const port = Number(await new Promise((done) => { child.stdout.once('data', done); }));
    const sockets = [];
    for (let i = 0; i < 2; i++) {
        sockets.push(net.connect(port, '127.0.0.1'));
        await new Promise((done) => { sockets[i].once('connect', done); });
    }
    closing.push(() => { child.kill('SIGKILL'); for (const socket of sockets) socket.on('error', () => {}).destroy(); });
    return port;
}

/** nginx with `servers`; resolves when it listens. */
async function nginx(servers) {
    mkdirSync(path('tmp'));
    writeFileSync(path('nginx.conf'), `
${process.getuid() === 0 ? 'user root;' : ''} # its workers read what we made
daemon off;
pid nginx.pid;
error_log stderr notice;
events {}
http {
    access_log off;
    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path tmp/${one};`).join('\n    ')}
    ${servers}
}`);
    const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', path('nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise((done) => { child.once('close', done); });
    closing.push(() => { child.kill('SIGTERM'); return ended; });
    let log = '';
    await new Promise((done, fail) => {
        child.stderr.setEncoding('utf8').on('data', (text) => {
            log += text;
            if (/start worker process \d+/.test(log)) done();
        });
        ended.then(() => fail(new Error(`nginx ended:\n${log}`)));
    });
}

const page = (tls, name, cert, more = '') => `server {
    listen 127.0.0.1:${tls} ssl${more};
    server_name ${name}.test;
    ssl_certificate ${path(`${cert}.pem`)};
    ssl_certificate_key ${path(`${cert}.key`)};
    location / { return 200 "all is well"; }
}`;

let bot;
let ports;

before(async () => {
    authority();
    certificate('good', { names: 'DNS:good.test,IP:127.0.0.1' });
    certificate('soon', { days: 5.5 });
    certificate('expired', { days: -3.5 });
    certificate('early', { from: 2 });
    certificate('other');
    openssl('req', '-x509', ...key('selfsigned'), '-days', '90', '-subj', '/CN=selfsigned.test', '-addext', 'subjectAltName=DNS:selfsigned.test',
        '-out', 'selfsigned.pem');
    ports = { tls: await freePort(), web: await freePort(), refused: await freePort(), backend: await backend(), hole: await blackHole() };
    writeFileSync(path('htpasswd'), 'nova:{PLAIN}hunter2\n');
    writeFileSync(path('credentials'), 'nova:hunter2\n', { mode: 0o600 });
    await nginx(`
    ${page(ports.tls, 'good', 'good', ' default_server')}
    ${page(ports.tls, 'soon', 'soon')}
    ${page(ports.tls, 'expired', 'expired')}
    ${page(ports.tls, 'early', 'early')}
    ${page(ports.tls, 'wrong', 'other')}
    ${page(ports.tls, 'selfsigned', 'selfsigned')}
    server {
        listen 127.0.0.1:${ports.web};
        location = /well { return 200 "all is well"; }
        location = /slow { proxy_pass http://127.0.0.1:${ports.backend}; }
        location = /silent { proxy_pass http://127.0.0.1:${ports.backend}; }
        location = /ill { proxy_pass http://127.0.0.1:${ports.refused}; }
        location = /metadata { return 302 http://169.254.169.254/latest/meta-data/; }
        location = /moved { return 302 /well; }
        location = /locked { auth_basic "secret"; auth_basic_user_file ${path('htpasswd')}; root ${folder}; try_files /index.txt =404; }
    }`);
    bot = new Bot(null);
});

after(async () => {
    for (const close of closing.reverse()) await close();
    rmSync(folder, { recursive: true });
    rmSync(bot.directory, { recursive: true });
});

/** Runs one check: {code, result}, and that both ways of printing say the same. */
async function check(probe, { env = {} } = {}) {
    const keys = { name: 'it', ...probe };
    const value = (one) => (Array.isArray(one) ? `[${one.map(value)}]` : JSON.stringify(one));
    writeFileSync(path('probe.toml'), `[[probe]]\n${Object.entries(keys).map(([name, one]) => `${name} = ${value(one)}\n`).join('')}`);
    const run = (...words) => new Promise((done) => {
        const child = spawn(program, ['probe', 'it', '--config', path('probe.toml'), ...words], {
            env: { PATH: process.env.PATH, ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'],
        });
        let out = '', err = '';
        child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
        child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
        child.once('close', (code) => done({ code, out, err }));
    });
    const { code, out, err } = await run('--json');
    assert.equal(err, '');
    assert.doesNotMatch(out, /hunter2/);
    const result = JSON.parse(out);
    assert.equal(code, result.good ? 0 : 1);
    return { ...result, run };
}

const tls = (name, more = {}) => ({ kind: 'tls', target: `127.0.0.1:${ports.tls}`, server_name: `${name}.test`, ca_file: path('ca.pem'), ...more });

for (const [name, good, words, days] of [
    ['good', true, /^certificate is good for 89 days$/, 89.9],
    ['soon', true, /^certificate expires in 5 days$/, 5.4],
    ['expired', false, /^certificate expired 3 days ago$/, -3.6],
    ['early', false, /^certificate is not valid before \d{4}-\d\d-\d\d$/, 89.9],
    ['selfsigned', false, /^certificate is self-signed$/, 89.9],
    ['wrong', false, /^certificate is not for wrong\.test but for other\.test$/, 89.9],
]) {
    test(`TLS, ${name}`, async () => {
        const result = await check(tls(name));
        assert.match(result.words, words);
        assert.equal(result.good, good);
        assert.ok(Math.abs(result.value - days) < 0.2, `${result.value} days left`);
        assert.equal(result.unit, 'days left');
    });
}

test('TLS: a certificate that expires soon is good when that is soon enough', async () => {
    assert.equal((await check(tls('soon', { days_left: 5 }))).words, 'certificate is good for 5 days');
    const { run } = await check(tls('soon'));
    assert.deepEqual(await run(), { code: 0, out: 'it: warning: certificate expires in 5 days\n', err: '' });
});

test('TLS: that a certificate expires soon is told on a card, and that it was renewed', async () => {
    let announce;
    const probe = (name) => ({ probe: [{ name: 'forum tls', service: 'forum', ...tls(name), interval_s: 86_400 }] });
    const settings = (guild) => {
        announce = guild.channel('announcements');
        return { discord: { announce_channel: announce.id }, service: [{ name: 'forum' }], ...probe('soon') };
    };
    await stage({ settings }, async ({ standin, guild, bot: live, nova }) => {
        const run = () => nova.slash('/probe run', { target: 'forum tls' }, { channel: guild.channel('general') });
        await run();
        const card = await announce.message('expires within 7 days');
        assert.match(card.text, /- Warning: \*\*forum tls: the certificate expires within 7 days\*\* since <t:\d+:t> \(forum tls\)/);
        await live.stop();
        live.settle(probe('good'));
        await live.start();
        await run();
        await standin.until(() => /- Warning: .* from <t:\d+:t> to <t:\d+:t> .*\nNone of it goes on/.test(card.text), 'the card to say so');
        assert.equal(announce.all.length, 1);
    });
});

test('TLS: an issuer that nobody named is not trusted', async () => {
    const { good, words } = await check(tls('good', { ca_file: '' }), { env: { SSL_CERT_DIR: folder } });
    assert.equal(words, 'certificate is from an issuer that is not trusted (Test CA)');
    assert.equal(good, false);
    assert.equal((await check({ ...tls('good'), server_name: '' })).good, true, 'the host is an address, and on the certificate');
});

test('TLS: a port that speaks something else', async () => {
    const { good, words } = await check({ kind: 'tls', target: `127.0.0.1:${ports.web}` });
    assert.equal(good, false);
    assert.match(words, /^no TLS: /);
});

const web = (path, more = {}) => ({ kind: 'http', target: `http://127.0.0.1:${ports.web}${path}`, ...more });

test('HTTP, well', async () => {
    const { good, words, value, target, unit, run } = await check(web('/well?token=hunter2', { expect_text: 'is well' }));
    assert.match(words, /^200 OK after (\d+|less than 1) ms$/);
    assert.deepEqual([good, unit, target], [true, 'ms', `http://127.0.0.1:${ports.web}/well`]);
    assert.ok(value > 0);
    const { code, out } = await run();
    assert.equal(code, 0);
    assert.match(out, /^it: good: 200 OK after .* ms\n$/);
});

test('HTTP, slow', async () => {
    const { good, words, value } = await check(web('/slow', { slower_than_ms: 100 }));
    assert.match(words, /^200 OK after \d+ ms, slower than 100 ms$/);
    assert.equal(good, false);
    assert.ok(value >= 299, `${value} ms`);
});

test('HTTP, no answer in time', async () => {
    const { good, words, value } = await check(web('/silent', { timeout_s: 1 }));
    assert.deepEqual([good, words, value], [false, 'no answer within 1 s', null]);
});

test('HTTP, 502', async () => {
    const { good, words, run } = await check(web('/ill'));
    assert.match(words, /^502 Bad Gateway after (\d+|less than 1) ms$/);
    assert.equal(good, false);
    assert.equal((await run()).code, 1);
});

test('HTTP, refused', async () => {
    const { good, words } = await check({ kind: 'http', target: `http://127.0.0.1:${ports.refused}/` });
    assert.deepEqual([good, words], [false, 'refused']);
});

for (const kind of ['http', 'tcp', 'tls']) {
    test(`${kind}, blackholed`, async () => {
        const target = `${kind === 'http' ? 'http://' : ''}127.0.0.1:${ports.hole}`;
        const { good, words } = await check({ kind, target, timeout_s: 1 });
        assert.deepEqual([good, words], [false, 'no answer within 1 s']);
    });
}

test('HTTP: a redirect is looked at, or followed, but not to where metadata are', async () => {
    const moved = await check(web('/moved'));
    assert.match(moved.words, /^302 Found/);
    assert.match((await check(web('/moved', { follow_redirects: true, expect_text: 'well' }))).words, /^200 OK/);
    const away = await check(web('/metadata'));
    assert.equal(away.good, true, 'the redirect is the answer');
    const followed = await check(web('/metadata', { follow_redirects: true }));
    assert.equal(followed.good, false);
    assert.equal(followed.words, 'not checked: 169.254.169.254 is link-local, metadata or reserved, and allow_internal is not set');
});

test('HTTPS: the certificate counts', async () => {
    const target = `https://127.0.0.1:${ports.tls}/`;
    assert.match((await check({ kind: 'http', target, ca_file: path('ca.pem'), expect_text: 'all is well' })).words, /^200 OK/);
    const { good, words } = await check({ kind: 'http', target }, { env: { SSL_CERT_DIR: folder } });
    assert.deepEqual([good, words], [false, 'certificate is from an issuer that is not trusted']);
});

for (const [what, code, words] of [
    ['reset', http2.constants.NGHTTP2_INTERNAL_ERROR, 'it closed the connection before the answer was whole'],
    ['refused', http2.constants.NGHTTP2_REFUSED_STREAM, 'it closed the connection before the answer was whole'],
]) {
    test(`HTTP/2: a stream that is ${what}`, async () => {
        const server = http2.createSecureServer({ key: readFileSync(path('good.key')), cert: readFileSync(path('good.pem')) });
        closing.push(() => server.close());
        server.on('stream', (stream) => {
            if (what === 'reset') stream.respond({ ':status': 200, 'content-length': 100 });
            if (what === 'reset') stream.write('half');
            stream.on('error', () => {});
            setImmediate(() => stream.close(code));
        });
        const target = `https://127.0.0.1:${await listening(server)}/`;
        const result = await check({ kind: 'http', target, ca_file: path('ca.pem') });
        assert.deepEqual([result.good, result.words], [false, words]);
    });
}

for (const [how, leave] of [['closes', (socket) => socket.end()], ['resets', (socket) => socket.resetAndDestroy()]]) {
    test(`HTTPS: a server that ${how} the connection during the TLS handshake`, async () => {
        const server = net.createServer((socket) => { socket.on('error', () => {}).once('data', () => leave(socket)); });
        closing.push(() => server.close());
        const target = `https://127.0.0.1:${await listening(server)}/`;
        const { good, words } = await check({ kind: 'http', target });
        assert.deepEqual([good, words], [false, 'no TLS: the handshake failed']);
    });
}

test('HTTP: the password of credentials_file opens the door, and is in no words', async () => {
    assert.match((await check(web('/locked'))).words, /^401 Unauthorized/);
    assert.match((await check(web('/locked', { credentials_file: path('credentials') }))).words, /^200 OK/);
});

test('a probe that is not there: exit 2, and which there are', async () => {
    const { run } = await check(web('/well'));
    const { status, stderr } = spawnSync(program, ['probe', 'that', '--config', path('probe.toml')], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.equal(stderr, 'opsroom: there is no [[probe]] named "that"; there are "it"\n');
    assert.equal((await run()).code, 0);
});
