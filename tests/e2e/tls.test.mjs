// https and wss with a certificate of our own making: trusted when the settings
// name it, refused otherwise.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createSecureServer } from 'node:http2';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { start } from '../discord/standin.mjs';
import { startForge } from '../forge/standin.mjs';
import { Bot } from './bot.mjs';
import { declare, stage } from './stage.mjs';

const folder = mkdtempSync(join(tmpdir(), 'opsroom-tls-'));
after(() => rmSync(folder, { recursive: true }));

/** A self-signed certificate for `name`: {file, tls: {key, cert}}. */
function certificate(name) {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    const { status, stderr } = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
        '-nodes', '-days', '2', '-subj', '/CN=stand-in', '-addext', `subjectAltName=${name}`, '-keyout', key, '-out', cert], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return { file: cert, tls: { key: readFileSync(key), cert: readFileSync(cert) } };
}

const ours = certificate('IP:127.0.0.1');

test('a certificate that the settings name is trusted, on REST and on the gateway', () => (
    stage({ tls: ours.tls, settings: { discord: { ca_file: ours.file } } }, async ({ standin, guild, nova }) => {
        assert.match(standin.apiBase, /^https:/);
        assert.match(standin.gatewayUrl, /^wss:/);
        const { war } = await declare(guild, nova);
        await nova.slash('/timeline add', { text: 'Over TLS' }, { channel: war });
        await war.message('Over TLS');
    })));

const listening = (server) => new Promise((done) => { server.listen(0, '127.0.0.1', () => done(server.address().port)); });

/** HTTP/2, as Discord speaks it, in front of `target`, with a network between that forgets connections. */
async function http2Front(tls) {
    const front = { target: '', versions: new Set(), links: new Set(), sessions: new Set() };
    const server = createSecureServer(tls, (incoming, answer) => {
        const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !name.startsWith(':')));
        front.versions.add(incoming.httpVersion);
        incoming.pipe(request(front.target + incoming.url, { method: incoming.method, headers }, (from) => {
            const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...rest } = from.headers;
            answer.writeHead(from.statusCode, rest);
            from.pipe(answer);
        }));
    });
    server.on('session', (session) => front.sessions.add(session));
    const inner = await listening(server);
    const network = createServer((near) => {
        const link = { near, far: connect(inner, '127.0.0.1'), isForgotten: false };
        front.links.add(link);
        for (const [from, to] of [[near, link.far], [link.far, near]]) {
            from.on('data', (bytes) => { if (!link.isForgotten) to.write(bytes); });
            from.on('error', () => {}).on('close', () => { if (!link.isForgotten) to.destroy(); });
        }
    });
    front.base = `https://127.0.0.1:${await listening(network)}`;
    front.forget = () => front.links.forEach((link) => { link.isForgotten = true; });
    front.close = () => {
        for (const { near, far } of front.links) { near.destroy(); far.destroy(); }
        for (const session of front.sessions) session.destroy();
        network.close();
        server.close();
    };
    return front;
}

test('a connection over HTTP/2 that dies without a word costs no command its answer', async () => {
    const front = await http2Front(ours.tls);
    const settings = (_, standin) => {
        const { origin, pathname } = new URL(standin.apiBase);
        front.target = origin;
        return { discord: { api_base: front.base + pathname, ca_file: ours.file } };
    };
    try {
        await stage({ settings }, async ({ guild, nova }) => {
            const { war } = await declare(guild, nova);
            assert.deepEqual([...front.versions], ['2.0']);
            front.forget();
            for (const text of ['The first', 'The second']) {
                assert.match((await nova.slash('/timeline add', { text }, { channel: war })).text, /^Kept as #/);
                await war.message(text);
            }
        });
    } finally {
        front.close();
    }
});

for (const [what, { tls }, settings] of [
    ['nobody vouches for', ours, {}],
    ['is for another name', certificate('DNS:elsewhere.test'), { discord: { ca_file: join(folder, 'DNS:elsewhere.test.pem') } }],
]) {
    test(`a certificate that ${what} is refused, and no token is sent`, async () => {
        const standin = await start({ tls });
        const bot = new Bot(standin, { settings });
        try {
            await bot.start({ ready: false });
            await bot.logged(/rest_failed|rest_unreachable/);
            assert.equal(standin.trace.filter(({ kind }) => kind === 'rest in').length, 0);
            assert.equal((await bot.stop()).code, 0);
        } finally {
            await bot.close();
            await standin.close();
        }
    });
}

for (const [what, caFile, isTrusted] of [['that the settings name is trusted', ours.file, true], ['nobody vouches for gets no token', '', false]]) {
    test(`the forge: a certificate ${what}`, async () => {
        const forge = await startForge('gitea', { tls: ours.tls });
        const token = join(folder, `token-${isTrusted}`);
        writeFileSync(token, `${forge.token}\n`, { mode: 0o600 });
        const settings = { forge: { kind: 'gitea', api_base: forge.apiBase, repository: forge.repository, token_file: token, ca_file: caFile } };
        try {
            await stage({ settings }, async ({ bot, guild, nova }) => {
                const { war } = await declare(guild, nova);
                await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
                if (isTrusted) await forge.until(() => forge.pulls.length === 1, 'a pull request');
                else await bot.logged(/effect_put_off.*does not answer: .*certificate/);
                assert.equal(forge.requests.length > 0, isTrusted);
                assert.equal(bot.record().state, 'review');
            });
        } finally {
            await forge.close();
        }
    });
}
