// opsroom-git against nginx and git's http backend: TLS by a private authority, a token, a hook that refuses.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import test, { after } from 'node:test';

import { asRendered } from './bot.mjs';
import { BRANCH, page, PAGE_PATH, Place, run, TOKEN } from './git_servers.mjs';

const place = new Place();
after(() => place.close());
const server = await place.https();
const job = (name, changes = {}) => place.job(server.url(name), { auth: server.auth, ...changes });

/** What the branch holds, but for what tells edits apart. */
const shown = (name, ...where) => `${asRendered(place.page(name, ...where))}\n`;

test('a page is pushed, once, and the next goes on top', async () => {
    place.repository('push.git', { README: 'readme\n', 'content/old/index.md': 'old\n' });
    const picture = { path: 'content/2022-12-13-slow{n}/a.png', base64: 'iVBORwD/Cg==' };
    const coauthors = [{ name: 'nova', email: 'nova@example.org' }, { name: 'quill <q>\n', email: 'quill@example.org' }];
    const first = await place.done(job('push.git', { files: [picture], coauthors }));
    assert.deepEqual([first.branch, first.path, first.unchanged, first.merged_commit], [BRANCH, PAGE_PATH, false, undefined]);
    assert.equal(first.commit, place.git('push.git', 'rev-parse', BRANCH));
    assert.equal(first.base_commit, place.git('push.git', 'rev-parse', 'main'));
    assert.equal(place.git('push.git', 'diff', '--name-status', 'main', BRANCH), 'A\tcontent/2022-12-13-slow/a.png\nA\tcontent/2022-12-13-slow/index.md');
    assert.equal(shown('push.git'), page('one'));
    assert.equal(place.git('push.git', 'log', '-1', '--format=%an|%ae|%aI|%cI|%B', BRANCH), [
        'opsroom|opsroom@example.org|2022-12-13T19:16:00+00:00|2022-12-13T19:16:00+00:00|postmortem: Slow (INC-1)', '',
        'Opsroom-Incident: INC-1', 'Co-authored-by: nova <nova@example.org>', 'Co-authored-by: quill  q   <quill@example.org>'].join('\n'));

    const again = await place.done(job('push.git', { files: [picture] }));
    assert.deepEqual([again.unchanged, again.commit], [true, first.commit]);
    const next = await place.done(job('push.git', { content: page('two') }));
    assert.deepEqual([next.unchanged, place.count('push.git')], [false, 2]);
    assert.equal(shown('push.git'), page('two'));
    assert.equal(place.git('push.git', 'rev-parse', 'main'), first.base_commit, 'the base stays as it is');
    place.git('push.git', 'fsck', '--strict');
});

test('to a repository of 5,000 files goes no more than to an empty one', async () => {
    const sent = [];
    for (const [name, files] of [['small.git', 0], ['large.git', 5000]]) {
        place.repository(name);
        const script = `for ((i = 0; i < ${files}; i++)); do printf 'M 644 inline blog/%d/%d/index.md\\ndata 5\\n%05d\\n' $((i % 100)) $i $i; done`;
        run('bash', ['-c', `{ printf 'commit refs/heads/main\\ncommitter x <x@example.org> 1670000000 +0000\\ndata 1\\nx\\nfrom refs/heads/main^0\\n'; ${script}; } | git -C '${place.in('repos', name)}' fast-import --quiet`]);
        await place.done(job(name));
        const objects = () => Number(place.git(name, 'rev-list', '--objects', '--all', '--count'));
        const before = objects();
        await place.done(job(name, { branch: 'postmortem/second{n}', path: 'content/second{n}/index.md', mark: '<!-- opsroom: INC-2 -->', content: page('b', 'INC-2') }));
        sent.push([place.git(name, 'rev-list', '--count', '--all'), objects() - before]);
    }
    assert.deepEqual(sent[1], sent[0]);
    assert.equal(sent[0][1], 5, 'a commit, three folders and a page');
});

test('an empty repository gets the branch', async () => {
    place.repository('empty.git', {});
    const done = await place.done(job('empty.git'));
    assert.deepEqual([done.base_commit, place.count('empty.git')], [undefined, 1]);
    const other = await place.done(job('empty.git', { branch: 'postmortem/2022-12-14-slow{n}', path: 'b{n}.md', mark: '<!-- opsroom: INC-2 -->', content: page('b', 'INC-2') }));
    assert.equal(other.branch, 'postmortem/2022-12-14-slow');
    assert.deepEqual(place.branches('empty.git'), [BRANCH, 'postmortem/2022-12-14-slow']);
});

test('each failure has its word and its sentence, and a later run goes through', async () => {
    place.repository('fails.git');
    place.certificate('localhost', 'stranger');
    place.hook('fails.git', 'pre-receive', '[ ! -e closed ] || { echo "no pages on Fridays" >&2; exit 1; }');
    const { auth } = server;
    const cases = [
        [{ auth: { ...auth, token: 'wrong' } }, 'auth', /did not take the token\. Check that it is right/],
        [{ auth: { ...auth, token: '' } }, 'auth', /asks who we are, and no token is set/],
        [{ auth: { ...auth, ca_file: place.in('stranger.pem') } }, 'certificate', /is not one we trust, or is for another name\. No token was sent/],
        [{ auth: { ...auth, ca_file: '' } }, 'certificate', /is not one we trust/],
        [{ auth: { ...auth, ca_file: place.in('none.pem') } }, 'certificate', /none\.pem cannot be read/],
        [{ repository: server.url('none.git') }, 'not_found', /there is no repository .*none\.git, or we may not see it/],
        [{ base: 'trunk' }, 'not_found', /has no branch trunk to start from/],
        [{ repository: 'https://localhost:1/x.git' }, 'network', /Connection refused/],
        [{ repository: 'https://nowhere.invalid/x.git' }, 'network', /failed to resolve/],
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
    assert.deepEqual(place.branches('fails.git'), ['main']);
    rmSync(closed);
    await place.done(job('fails.git'));
    assert.equal(place.count('fails.git'), 1);
});

test('a certificate for another name is refused', async () => {
    const elsewhere = await place.https({ certificate: place.certificate('elsewhere.test') });
    const said = await place.fails(place.job(elsewhere.url('push.git'), { auth: elsewhere.auth }));
    assert.equal(said.reason, 'certificate');
    assert.doesNotMatch(elsewhere.said(), /push\.git/, 'nothing was asked for');
});

test('a redirect to another host is not followed: the token is for one', async () => {
    const { file, key } = place.certificate('localhost');
    const listening = (one) => new Promise((done) => { one.listen(0, '127.0.0.1', () => done(one.address().port)); });
    let reached = 0, asked = 0;
    const elsewhere = net.createServer((socket) => { reached++; socket.destroy(); });
    const port = await listening(elsewhere);
    const moved = https.createServer({ cert: readFileSync(file), key: readFileSync(key) }, (request, response) => {
        asked++;
        response.writeHead(302, { location: `https://127.0.0.1:${port}${request.url}` }).end();
    });
    try {
        const said = await place.fails(job('push.git', { repository: `https://localhost:${await listening(moved)}/push.git` }));
        assert.deepEqual([asked, reached, said.reason, said.retry], [1, 0, 'not_found', false]);
        assert.match(said.error, /sends us to another host, and a token is for one\. If the repository has moved, set its new address$/);
    } finally {
        for (const one of [elsewhere, moved]) one.close();
        moved.closeAllConnections();
    }
});

test('bad addresses are refused before anything is sent', async () => {
    for (const repository of [`https://bot:${TOKEN}@localhost/x.git`, 'http://git.example.org/x.git', 'git://localhost/x.git', 'file:///x.git']) {
        const { code, out } = await place.start(job('push.git', { repository })).ended;
        assert.equal(code, 2, repository);
        assert.match(JSON.parse(out).error, /must be a folder, https:\/\/host\/path without a user in it/);
    }
    const { code, out } = await place.start(job('push.git', { cache: '' })).ended;
    assert.deepEqual([code, JSON.parse(out).reason], [2, 'job']);
});

test('a branch that moves while we push is fetched again', async () => {
    place.repository('race.git');
    await place.done(job('race.git'));
    // The first push finds that a person was quicker.
    place.commit('race.git', 'spare', { 'notes.md': 'by hand\n' }, 'Notes', { from: BRANCH });
    place.hook('race.git', 'update', `[ "$1" = refs/heads/${BRANCH} ] && [ ! -e raced ] || exit 0
touch raced
unset GIT_QUARANTINE_PATH
git update-ref $1 spare $2`);
    const done = await place.done(job('race.git', { content: page('two') }));
    assert.deepEqual([done.unchanged, place.count('race.git')], [false, 3]);
    assert.equal(place.git('race.git', 'show', `${BRANCH}:notes.md`), 'by hand');
    assert.equal(shown('race.git'), page('two'));
});

test('a branch that never stands still is given up, to be tried later', async () => {
    place.repository('never.git');
    await place.done(job('never.git'));
    place.hook('never.git', 'update', 'echo "non-fast-forward" >&2; unset GIT_QUARANTINE_PATH; git update-ref $1 $(git -c user.name=x -c user.email=x@example.org commit-tree -p $2 -m more $2^{tree}) $2');
    const said = await place.fails(job('never.git', { content: page('two') }));
    assert.deepEqual([said.reason, said.retry], ['conflict', true]);
    assert.match(said.error, /moved while we pushed/);
    place.hook('never.git', 'update', 'exit 0');
    await place.done(job('never.git', { content: page('two') }));
    assert.equal(shown('never.git'), page('two'));
});

test('many jobs at once take turns', async () => {
    place.repository('turns.git');
    const jobs = Array.from({ length: 6 }, (_, i) => job('turns.git', i % 2 ? { mark: '<!-- opsroom: INC-2 -->', content: page('b', 'INC-2') } : {}));
    const done = await Promise.all(jobs.map((one) => place.done(one)));
    assert.deepEqual(new Set(done.map(({ branch }) => branch)), new Set([BRANCH, `${BRANCH}-2`]));
    assert.deepEqual([place.count('turns.git', BRANCH), place.count('turns.git', `${BRANCH}-2`)], [1, 1]);
});

test('the token is in no log of the server, in no file of ours', () => {
    assert.doesNotMatch(server.said(), new RegExp(TOKEN));
    const { status } = spawnSync('grep', ['-rF', TOKEN, place.in('cache'), place.in('repos')]);
    assert.equal(status, 1);
});
