// opsroom-git is killed, its server hangs, its disk is full: the next run goes on as if nothing had been.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { asRendered } from './bot.mjs';
import { random } from '../lib/chance.mjs';
import { BRANCH, helper, page, Place, TOKEN } from './git_servers.mjs';

const SEED = Number(process.env.SEED ?? Date.now() % 1e9);
const place = new Place();
after(() => place.close());
const server = await place.https();
const job = (name, changes = {}) => place.job(server.url(name), { auth: server.auth, ...changes });
const shown = (name) => `${asRendered(place.page(name))}\n`;
const cacheOf = (name) => readdirSync(place.in('cache')).map((one) => join(place.in('cache'), one, 'cache.git')).find((one) => (
    spawnSync('git', ['-C', one, 'rev-parse', `refs/remotes/origin/${BRANCH}`], { encoding: 'utf8' }).stdout.trim() === place.git(name, 'rev-parse', BRANCH)));

test('a server that says nothing: a sentence in time, and a clean run later', async () => {
    place.repository('silent.git');
    const silent = await place.silent();
    for (const repository of [`https://localhost:${silent.port}/x.git`, `ssh://git@localhost:${silent.port}/x.git`]) {
        const said = await place.fails(job('silent.git', { repository, timeout_ms: 200 }));
        assert.deepEqual(said, { error: `${repository} did not answer in time`, reason: 'timeout', retry: true });
    }
    // Killed while it waits, and another waits for its turn.
    const hung = place.start(job('silent.git', { repository: `https://localhost:${silent.port}/x.git` }));
    await silent.taken;
    const waiting = await place.fails(job('silent.git', { repository: `https://localhost:${silent.port}/x.git`, timeout_ms: 200 }));
    assert.equal(waiting.reason, 'timeout');
    hung.child.kill('SIGKILL');
    assert.equal((await hung.ended).signal, 'SIGKILL');
    await place.done(job('silent.git'));
    assert.equal(place.count('silent.git'), 1);
});

test('a server that hangs after it took the branch: the next run finds it', async () => {
    place.repository('after.git');
    await place.done(job('after.git'));
    const [taken, hang] = ['taken', 'hang'].map((name) => place.in('repos', 'after.git', name));
    place.hook('after.git', 'post-receive', 'touch taken; while [ -e hang ]; do sleep 0.05; done');
    writeFileSync(hang, '');
    const { child, ended } = place.start(job('after.git', { content: page('two') }));
    while (!existsSync(taken)) await new Promise((resolve) => { setTimeout(resolve, 10); });
    child.kill('SIGKILL');
    await ended;
    rmSync(hang);
    const again = await place.done(job('after.git', { content: page('two') }));
    assert.deepEqual([again.unchanged, place.count('after.git'), shown('after.git')], [true, 2, page('two')]);
});

test(`killed anywhere, SEED=${SEED}: one branch, one commit of each page`, async () => {
    const chance = random(SEED);
    place.repository('kill.git');
    const repositories = [server.url('kill.git'), place.repository('kill-folder.git')];
    for (let round = 0; round < 12; round++) {
        const repository = repositories[round % 2];
        const name = ['kill.git', 'kill-folder.git'][round % 2];
        const one = job(name, { repository, content: page(`round ${round}`) });
        const turns = chance(3000);
        const { child, ended } = place.start(one);
        for (let turn = 0; turn < turns && child.exitCode === null; turn++) await new Promise(setImmediate);
        child.kill('SIGKILL');
        await ended;
        await place.done(one);
        assert.equal(place.count(name), Math.floor(round / 2) + 1, `round ${round}`);
        assert.equal(shown(name), page(`round ${round}`));
        assert.deepEqual(place.branches(name), ['main', BRANCH]);
    }
    place.git('kill.git', 'fsck', '--strict');
});

test('what a kill leaves in the cache is cleared', async () => {
    place.repository('stale.git');
    await place.done(job('stale.git'));
    const cache = cacheOf('stale.git');
    for (const file of [`refs/remotes/origin/${BRANCH}.lock`, 'refs/remotes/origin/main.lock', 'packed-refs.lock', 'config.lock', 'objects/pack/pack_git2_abc', 'refs/opsroom/pushed.lock']) {
        mkdirSync(join(cache, file, '..'), { recursive: true });
        writeFileSync(join(cache, file), 'half');
    }
    await place.done(job('stale.git', { content: page('two') }));
    assert.equal(shown('stale.git'), page('two'));
});

test('a damaged cache is made anew', async () => {
    place.repository('damaged.git');
    await place.done(job('damaged.git'));
    const cache = cacheOf('damaged.git');
    for (const what of ['objects', 'HEAD', 'refs']) {
        spawnSync('sh', ['-c', what === 'objects' ? `find '${cache}/objects' -type f -exec sh -c ': > "$1"' _ {} ';'` : `rm -rf '${cache}/${what}'`]);
        await place.done(job('damaged.git', { content: page(what) }));
        assert.equal(shown('damaged.git'), page(what));
    }
});

test('a folder: a lock that nobody holds any more is removed, a fresh one is not', async () => {
    const repository = place.repository('lock.git');
    await place.done(place.job(repository));
    const lock = join(repository, `refs/heads/${BRANCH}.lock`);
    writeFileSync(lock, '');
    const said = await place.fails(place.job(repository, { content: page('two') }));
    assert.deepEqual([said.reason, said.retry], ['locked', true]);
    utimesSync(lock, new Date(Date.now() - 600_000), new Date(Date.now() - 600_000));
    await place.done(place.job(repository, { content: page('two') }));
    assert.equal(shown('lock.git'), page('two'));
});

test('a folder: a lock that a killed job left is removed at once', async () => {
    const repository = place.repository('left.git');
    await place.done(place.job(repository));
    writeFileSync(join(repository, 'opsroom-moving'), `refs/heads/${BRANCH}`); // as when it is killed while it moves the branch
    writeFileSync(join(repository, `refs/heads/${BRANCH}.lock`), '');
    await place.done(place.job(repository, { content: page('two') }));
    assert.equal(shown('left.git'), page('two'));
    // The note of long ago is not about a lock of now.
    writeFileSync(join(repository, 'opsroom-moving'), `refs/heads/${BRANCH}`);
    utimesSync(join(repository, 'opsroom-moving'), new Date(Date.now() - 600_000), new Date(Date.now() - 600_000));
    writeFileSync(join(repository, `refs/heads/${BRANCH}.lock`), '');
    const said = await place.fails(place.job(repository, { content: page('three') }));
    assert.equal(said.reason, 'locked');
});

test('a full disk is said, and nothing is pushed', async () => {
    place.repository('full.git');
    writeFileSync(place.in('full.json'), JSON.stringify(job('full.git')));
    const { status, stdout } = spawnSync('sh', ['-c', `trap '' XFSZ; ulimit -f 0; exec '${helper}' <'${place.in('full.json')}'`], { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' });
    assert.deepEqual([status, JSON.parse(stdout).reason, JSON.parse(stdout).retry], [1, 'disk_full', true], stdout);
    assert.deepEqual(place.branches('full.git'), ['main']);
    await place.done(job('full.git'));
    assert.equal(place.count('full.git'), 1);
});

test('it has no environment, no file and no memory of others', async () => {
    const silent = await place.silent();
    writeFileSync(place.in('opsroom.db'), 'the record');
    const secret = openSync(place.in('opsroom.db'), 'r');
    const { child, ended } = place.start(job('x', { repository: `https://localhost:${silent.port}/x.git` }), { env: { DISCORD_TOKEN: 'qzx' }, stdio: [secret] });
    await silent.taken;
    const files = readdirSync(`/proc/${child.pid}/fd`).map((fd) => readlinkSync(`/proc/${child.pid}/fd/${fd}`));
    assert.ok(files.some((file) => file.endsWith('/lock')));
    assert.deepEqual(files.filter((file) => !/^(pipe|socket):|\/lock$|^\/dev\//.test(file)), []);
    assert.match(readFileSync(`/proc/${child.pid}/limits`, 'utf8'), /Max core file size +0 +0 /);
    if (process.getuid() !== 0) assert.throws(() => readFileSync(`/proc/${child.pid}/environ`), 'PR_SET_DUMPABLE');
    assert.doesNotMatch(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8'), new RegExp(TOKEN));
    child.kill('SIGABRT');
    await ended;
    closeSync(secret);
    assert.deepEqual(readdirSync(place.folder).filter((name) => name.startsWith('core')), []);
});
