// The postmortem goes to a repository elsewhere: https through nginx with a
// private authority, or ssh; with a forge beside it or without. What fails is
// said in the room, and goes through once it is mended.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';

import { startForge } from '../forge/standin.mjs';
import { asRendered } from './bot.mjs';
import { Place, run, TOKEN } from './git_servers.mjs';
import { declare, seen, stage } from './stage.mjs';

const place = new Place();
after(() => place.close());
const server = await place.https();
const sshd = await place.sshd();
const FORGE_TOKEN = 'forge-token-0123456789';

function secret(name, text) {
    const path = place.in(name);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
}

const https = (name, more = {}) => ({ repository: server.url(name), user: 'bot', token_file: secret('token', TOKEN), ca_file: server.auth.ca_file, ...more });
const ssh = (name, more = {}) => ({ repository: sshd.url(name), ssh_key: sshd.auth.ssh_key, host_key: sshd.auth.host_key, ...more });

/** No file of the bot's, no commit, no log of it or of the servers has a token. */
function tokensStayHidden(bot, name) {
    const files = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? files(join(folder, one.name)) : one.isFile() ? [join(folder, one.name)] : []));
    const everything = [bot.log, server.said(), ...files(bot.directory).map((file) => readFileSync(file, 'latin1')),
        run('git', ['-C', place.in('repos', name), 'log', '-p', '--all'])];
    for (const hidden of [TOKEN, FORGE_TOKEN]) assert.ok(!everything.some((text) => text.includes(hidden)), `${hidden} was found`);
}

/** A scene whose postmortems go to a new repository; `postmortem` are settings. */
function pushing(name, { to = https, files, forge: kind, postmortem = {}, ...more }, play) {
    test(name, async () => {
        const repository = `${name.replace(/\W+/g, '-')}.git`;
        place.repository(repository, files);
        const forge = kind && await startForge(kind, { token: FORGE_TOKEN });
        const settings = { postmortem: to(repository, postmortem), ...more };
        if (forge) settings.forge = { kind, api_base: forge.apiBase, repository: forge.repository, token_file: secret('forge-token', FORGE_TOKEN), webhook_secret_file: secret('hook', 'h'.repeat(20)) };
        try {
            await stage({ settings }, async (scene) => {
                const branch = () => scene.bot.record().postmortem_branch;
                scene.bot.readers.add(() => scene.standin.world.changed()); // what it pushed shows in its log alone
                if (forge) forge.branches = () => place.branches(repository);
                await play({
                    ...scene, forge, repository, branch,
                    page: () => place.page(repository, branch(), place.git(repository, 'ls-tree', '-r', '--name-only', branch(), '--', 'content').split('\n').find((path) => path.endsWith('/index.md'))),
                    task: (effect) => scene.bot.record().events.filter((event) => event.kind === 'task' && event.effect === effect),
                });
                tokensStayHidden(scene.bot, repository);
                place.git(repository, 'fsck', '--strict');
                if (forge) assert.deepEqual(forge.violations, []);
            });
        } finally {
            await forge?.close();
        }
    });
}

async function resolved({ guild, nova }, title = 'Logins fail') {
    const made = await declare(guild, nova, { title });
    await nova.slash('/resolve', { summary: 'Restarted the pool' }, { channel: made.war });
    return made;
}
const add = ({ nova }, war, text) => nova.slash('/timeline add', { text }, { channel: war });

for (const [way, to] of [['https', https], ['ssh', ssh]]) {
    pushing(`${way} and a pull request: late entries go to the same ones, merged closes`, { to, forge: 'gitea' }, async (scene) => {
        const { bot, forge, standin, repository, page, branch, task } = scene;
        const { war } = await resolved(scene);
        const pull = await forge.until(() => forge.pulls[0], 'a pull request');
        await war.message(/open for review/);
        assert.equal(pull.head, branch());
        assert.match(page(), /Restarted the pool/);
        assert.deepEqual(place.branches(repository), ['main', branch()]);

        await add(scene, war, 'One more thing');
        await standin.until(() => page().includes('One more thing'), 'the late entry on the branch');
        assert.deepEqual([forge.pulls.length, place.branches(repository).length, place.count(repository, branch())], [1, 2, 2]);
        assert.equal(asRendered(page()), bot.run('render', '--incident', '1').out.trimEnd(), 'the page of the record');

        forge.merge(pull);
        await bot.stop();
        await bot.start();
        await war.message(/merged as/);
        await standin.until(() => bot.record().state === 'closed', 'the closed incident');
        assert.equal(task('pull').filter(({ pull_state: state }) => state === 'open').length, 1);
    });
}

// ---- what fails ----

const FAILURES = {
    'a wrong password': {
        breaks: () => secret('token', 'wrong-password'), mends: () => secret('token', TOKEN), restarts: true,
        says: /did not take the token\. Check that it is right.*See \[postmortem\] user and token_file\. It is tried again by itself, and with the next entry\./,
    },
    'a wrong certificate': {
        postmortem: { ca_file: place.certificate('localhost', 'stranger').ca },
        mends: ({ repository }) => https(repository), restarts: true,
        says: /is not one we trust, or is for another name\. No token was sent\..*See \[postmortem\] ca_file/,
    },
    'a wrong host key': {
        to: ssh, postmortem: { host_key: 'SHA256:BuOpnaSG+QpPYDCu7zV4S62TWYxjSDAi0YpfJGa8Liw' },
        mends: ({ repository }) => ssh(repository), restarts: true,
        says: /shows the host key SHA256:[\w+/]{43} and not the one that is set\. Nothing was sent\..*See \[postmortem\] host_key/,
    },
    'a hook that refuses': {
        breaks: ({ repository }) => place.hook(repository, 'pre-receive', 'echo "no pages on Fridays" >&2; exit 1'),
        mends: ({ repository }) => { place.hook(repository, 'pre-receive', 'exit 0'); },
        says: /pre-receive hook declined\. It says: no pages on Fridays\. Ask whoever keeps the repository/,
    },
};

for (const [name, { breaks, mends, says, restarts, ...options }] of Object.entries(FAILURES)) {
    pushing(`${name} is said in the room, and the next entry goes through`, options, async (scene) => {
        const { bot, standin, task, page } = scene;
        breaks?.(scene);
        if (breaks && restarts) { await bot.stop(); await bot.start(); }
        const { war } = await resolved(scene);
        const said = await war.message(/not in its repository yet/, 120_000);
        assert.match(seen(said.text).replaceAll('\n', ' '), says);
        assert.equal(bot.record().state, 'resolved', 'the state did not wait');
        assert.equal(task('postmortem').length, 1);
        const changed = mends(scene);
        if (restarts) {
            await bot.stop();
            if (changed?.repository) bot.settle({ postmortem: changed });
            await bot.start();
        }
        await add(scene, war, 'Mended');
        await war.message(/a draft is written/);
        await standin.until(() => bot.record().state === 'review' && page().includes('Mended'), 'the page');
    });
}

pushing('a branch that never stands still is said in the room; what hindered it goes away', {}, async (scene) => {
    const { bot, standin, page, repository } = scene;
    const { war } = await resolved(scene);
    await war.message(/a draft is written/);
    place.hook(repository, 'update', 'echo "non-fast-forward" >&2; unset GIT_QUARANTINE_PATH; git update-ref $1 $(git -c user.name=x -c user.email=x@example.org commit-tree -p $2 -m more $2^{tree}) $2');
    await add(scene, war, 'Meanwhile');
    const said = await war.message(/not in its repository yet/);
    assert.match(seen(said.text), /moved while we pushed: .*It is tried again by itself/);
    assert.equal(bot.record().state, 'review');
    place.hook(repository, 'update', 'exit 0');
    await add(scene, war, 'Mended');
    await war.message(/done after all.*What hindered it is out of the way/);
    await standin.until(() => page().includes('Mended') && page().includes('Meanwhile'), 'the page');
});

test('a server that says nothing is said in the room, and does not hold up the next', async () => {
    const silent = await place.silent();
    await stage({ settings: { postmortem: https('x', { repository: `https://localhost:${silent.port}/x.git`, timeout_s: 1 }) } }, async (scene) => {
        const { bot, standin } = scene;
        const { war } = await resolved(scene);
        const said = await war.message(/not in its repository yet/);
        assert.match(seen(said.text), /did not answer in time\. It is tried again by itself/);
        place.repository('silent.git');
        await bot.stop();
        bot.settle({ postmortem: https('silent.git') });
        await bot.start();
        await standin.until(() => bot.record().state === 'review', 'the page, by itself');
    });
});

// ---- people on the branch ----

pushing('a paragraph by a person survives five renderings, an edit of a block is told once', {}, async (scene) => {
    const { standin, repository, page, branch, task } = scene;
    const { war } = await resolved(scene);
    await war.message(/a draft is written/);
    const path = place.git(repository, 'ls-tree', '-r', '--name-only', branch(), '--', 'content');
    const edit = (from, to) => { const text = page(); assert.ok(text.includes(from), from); place.commit(repository, branch(), { [path]: `${text.replace(from, to)}\n` }, 'By hand'); };
    edit('## Causes\n', 'A person wrote this.\n\n## Causes\n');
    for (const text of ['one', 'two', 'three', 'four', 'five']) {
        await add(scene, war, `Late entry ${text}`);
        await standin.until(() => page().includes(`Late entry ${text}`), `entry ${text}`);
        assert.match(page(), /\nA person wrote this\.\n/);
    }
    assert.ok(!task('postmortem').some(({ origin }) => origin), 'nothing stands against the record');

    edit('Late entry five', 'Late entry 5');
    await add(scene, war, 'Entry six');
    const said = await war.message(/Somebody changed "timeline"/);
    assert.match(seen(said.text), /Their text stays\. Put what they wrote into the record \(\/timeline edit/);
    await add(scene, war, 'Entry seven');
    const action = await scene.nova.slash('/action add', { text: 'Watch the pool' }, { channel: war });
    assert.ok(action);
    await standin.until(() => page().includes('Watch the pool'), 'the other blocks');
    assert.match(page(), /Late entry 5\n/);
    assert.doesNotMatch(page(), /Entry s(ix|even)/);
    assert.equal(task('postmortem').filter(({ origin }) => origin).length, 1, 'told once');
    edit('Late entry 5', 'Late entry V');
    await add(scene, war, 'Entry eight');
    await standin.until(() => task('postmortem').filter(({ origin }) => origin).length === 2, 'another edit is another conflict');
});

// ---- without a forge ----

for (const [way, to] of [['https', https], ['a folder', (name) => ({ repository: place.in('repos', name) })]]) {
    pushing(`${way}, no forge: merged by hand closes, also the second time`, { to }, async (scene) => {
        const { bot, standin, nova, repository, branch } = scene;
        const { war } = await resolved(scene);
        await war.message(/a draft is written/);
        const merge = () => {
            const work = place.in(`work-${repository}`);
            run('git', ['clone', '-q', place.in('repos', repository), work]);
            run('git', ['merge', '-q', '--no-ff', '-m', 'Merge', `origin/${branch()}`], { cwd: work });
            run('git', ['push', '-q', 'origin', 'main'], { cwd: work });
            rmSync(work, { recursive: true });
            return place.git(repository, 'rev-parse', 'main');
        };
        for (const round of [1, 2]) {
            const commit = merge();
            await bot.stop();
            await bot.start();
            await war.message(new RegExp(`merged as \`${commit.slice(0, 10)}`));
            await standin.until(() => bot.record().state === 'closed', 'the closed incident');
            if (round === 2) break;
            await nova.slash('/incident reopen', { reason: 'It is back' }, { channel: war });
            await nova.slash('/resolve', { summary: 'Again' }, { channel: war });
            await standin.until(() => bot.record().state === 'review', 'the second review');
        }
    });
}

// ---- killed ----

// After the n-th request that the git server or the forge has heard, before its
// answer: between fetch, push, commit on record, pull request and its record.
for (const at of [1, 2, 3, 4, 5, 6, 7]) {
    pushing(`killed at request ${at}: one branch, one pull request, one record`, { forge: 'github' }, async (scene) => {
        const { bot, guild, nova, forge, standin, repository, branch, task } = scene;
        const { war } = await declare(guild, nova);
        let heard = 0, again;
        const hear = () => { if (++heard === at) again = bot.kill().then(() => bot.start({ ready: false })); };
        const before = server.said().length;
        const watch = setInterval(() => {
            const now = server.said().slice(before).split('\n').filter((line) => line.includes(`/${repository}/`)).length;
            while (heard < now && heard < 4) hear();
        }, 1);
        forge.answer(() => { heard = Math.max(heard, 4); hear(); return false; }, undefined, 99);
        await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
        await forge.until(() => forge.pulls.length > 0 && heard >= at, 'a pull request, and the kill').finally(() => clearInterval(watch));
        assert.ok(again, 'it was killed');
        await again;
        await standin.until(() => task('pull').length > 0, 'the record');
        await add(scene, war, 'Afterwards');
        await standin.until(() => place.count(repository, branch()) === 2, 'the second commit');
        assert.deepEqual(place.branches(repository), ['main', branch()]);
        assert.equal(forge.pulls.length, 1);
        assert.equal(task('pull').filter(({ pull_state: state }) => state === 'open').length, 1);
        assert.equal(task('postmortem').filter(({ state_to: to }) => to === 'review').length, 1);
    });
}
