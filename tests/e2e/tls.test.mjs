// https and wss with a certificate of our own making: trusted when the settings
// name it, refused otherwise.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
