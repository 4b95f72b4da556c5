// opsroom-git against a real sshd: a key, a pinned host, a hook that refuses.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import test, { after } from 'node:test';

import { asRendered } from './bot.mjs';
import { BRANCH, page, Place } from './git_servers.mjs';

const place = new Place();
after(() => place.close());
const server = await place.sshd();
const job = (name, changes = {}) => place.job(server.url(name), { auth: server.auth, ...changes });
const shown = (name) => `${asRendered(place.page(name))}\n`;

test('a page is pushed with an ed25519 key, and with an ecdsa key', async () => {
    place.repository('push.git');
    assert.equal((await place.done(job('push.git'))).unchanged, false);
    assert.equal((await place.done(job('push.git'))).unchanged, true);
    const ecdsa = place.key('ecdsa', 'ecdsa');
    server.allow(ecdsa);
    await place.done(job('push.git', { content: page('two'), auth: { ...server.auth, ssh_key: ecdsa } }));
    assert.deepEqual([shown('push.git'), place.count('push.git')], [page('two'), 2]);
    place.git('push.git', 'fsck', '--strict');
});

test('host:path is an address, too', async () => {
    const { username } = userInfo();
    const said = await place.fails(job('push.git', { repository: `${username}@nowhere.invalid:repos/x.git` }));
    assert.deepEqual([said.reason, said.retry], ['network', true], said.error);
});

test('each failure has its word and its sentence, and a later run goes through', async () => {
    place.repository('fails.git');
    place.hook('fails.git', 'pre-receive', '[ ! -e closed ] || { echo "no pages on Fridays" >&2; exit 1; }');
    const { auth } = server;
    const [stranger, rsa] = [place.key('stranger'), place.key('rsa', 'rsa')];
    server.allow(rsa);
    const cases = [
        [{ auth: { ...auth, ssh_key: stranger } }, 'auth', /did not take the ssh key\. Check that it is of ed25519 or ecdsa \(rsa will not do\), and may write/],
        [{ auth: { ...auth, ssh_key: rsa } }, 'auth', /rsa will not do/],
        [{ auth: { ...auth, ssh_key: '' } }, 'auth', /asks who we are, and no ssh key is set/],
        [{ auth: { ...auth, ssh_key: place.in('none') } }, 'auth', /none cannot be read: it must be a private key/],
        [{ auth: { ...auth, host_key: 'SHA256:BuOpnaSG+QpPYDCu7zV4S62TWYxjSDAi0YpfJGa8Liw' } }, 'host_key', /shows the host key SHA256:[\w+/]{43} and not the one that is set\. Nothing was sent/],
        [{ auth: { ...auth, host_key: '' } }, 'host_key', new RegExp(`no host key is set for .* It shows ${auth.host_key.replace(/[+/]/g, '\\$&')}: compare`)],
        [{ repository: server.url('none.git') }, 'not_found', /there is no repository .*none\.git, or we may not see it/],
        [{ repository: 'ssh://git@localhost:1/x.git' }, 'network', /Connection refused/],
    ];
    for (const [changes, reason, sentence] of cases) {
        const said = await place.fails(job('fails.git', changes));
        assert.deepEqual([said.reason, said.retry], [reason, reason === 'network'], said.error);
        assert.match(said.error, sentence);
    }
    const closed = place.in('repos', 'fails.git', 'closed');
    writeFileSync(closed, '');
    const refused = await place.fails(job('fails.git'));
    assert.deepEqual([refused.reason, refused.retry], ['refused', false]);
    assert.match(refused.error, /refused the branch postmortem\/2022-12-13-slow: pre-receive hook declined\. It says: no pages on Fridays$/);
    rmSync(closed);
    await place.done(job('fails.git'));
    assert.equal(place.count('fails.git'), 1);
});

test('a branch that moves while we push is fetched again', async () => {
    place.repository('race.git');
    await place.done(job('race.git'));
    place.commit('race.git', 'spare', { 'notes.md': 'by hand\n' }, 'Notes', { from: BRANCH });
    place.hook('race.git', 'update', '[ ! -e raced ] || exit 0\ntouch raced\nunset GIT_QUARANTINE_PATH\ngit update-ref $1 spare $2');
    await place.done(job('race.git', { content: page('two') }));
    assert.deepEqual([place.count('race.git'), place.git('race.git', 'show', `${BRANCH}:notes.md`), shown('race.git')], [3, 'by hand', page('two')]);
});
