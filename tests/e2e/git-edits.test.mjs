// What people do to our branch, and how it comes into the base: nothing of theirs is lost, and merged is seen as merged.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test, { after } from 'node:test';

import { asRendered } from './bot.mjs';
import { BRANCH, page, PAGE_PATH, Place, run } from './git_servers.mjs';

const place = new Place();
after(() => place.close());
const server = await place.https();

/** Each way to reach a repository plays the same. */
function both(name, play) {
    for (const way of ['folder', 'https']) {
        test(`${name} (${way})`, async () => {
            const repository = `${name.replace(/\W+/g, '-')}-${way}.git`;
            place.repository(repository);
            const where = way === 'https' ? server.url(repository) : place.in('repos', repository);
            await play(repository, (timeline, changes = {}) => place.job(where, { auth: server.auth, content: page(timeline), ...changes }));
            place.git(repository, 'fsck', '--strict');
        });
    }
}

const shown = (name, branch = BRANCH, path = PAGE_PATH) => `${asRendered(place.page(name, branch, path))}\n`;
const edited = (name, from, to) => {
    const text = `${place.page(name)}\n`;
    assert.ok(text.includes(from));
    return { [PAGE_PATH]: text.replace(from, to) };
};

both('a paragraph by a person survives five renderings', async (name, job) => {
    await place.done(job('one'));
    place.commit(name, BRANCH, edited(name, '**To be written.**', 'The queue had no limit.'), 'Why');
    for (const timeline of ['two', 'three', 'four', 'five', 'six']) {
        const done = await place.done(job(timeline));
        assert.deepEqual([done.unchanged, done.conflicts], [false, undefined]);
        assert.equal(shown(name), page(timeline).replace('**To be written.**', 'The queue had no limit.'));
    }
    assert.equal((await place.done(job('six'))).unchanged, true);
    assert.equal(place.count(name), 7);
});

both('an edit within a block stays, and is told', async (name, job) => {
    await place.done(job('one'));
    place.commit(name, BRANCH, edited(name, '- one', '- One, at last'), 'Better words');
    assert.equal((await place.done(job('one'))).conflicts, undefined, 'the record has nothing to add');
    for (const timeline of ['two', 'two', 'three']) {
        const done = await place.done(job(timeline, { files: [{ path: 'content/2022-12-13-slow{n}/a.txt', text: timeline }] }));
        assert.deepEqual(done.conflicts, [{ block: 'timeline', ours: `- ${timeline}\n`, theirs: '- One, at last\n' }]);
        assert.equal(shown(name), page('One, at last'));
    }
    place.commit(name, BRANCH, edited(name, '- One, at last', '- three'), 'As the record has it');
    for (const timeline of ['three', 'four']) assert.equal((await place.done(job(timeline))).conflicts, undefined);
    assert.equal(shown(name), page('four'));
});

both('a long edit is told in part', async (name, job) => {
    await place.done(job('one'));
    place.commit(name, BRANCH, edited(name, '- one', 'é'.repeat(2000)), 'Long');
    const { conflicts: [{ theirs }] } = await place.done(job('two'));
    assert.match(theirs, /^é{200,300}…$/);
});

both('a page that was moved is followed, with what lies beside it', async (name, job) => {
    const files = [{ path: 'content/2022-12-13-slow{n}/a.txt', text: 'a' }];
    await place.done(job('one', { files }));
    place.commit(name, BRANCH, { [PAGE_PATH]: null, 'blog/slow/post.md': `${place.page(name)}\n` }, 'Elsewhere');
    const done = await place.done(job('two', { files: [{ path: 'content/2022-12-13-slow{n}/a.txt', text: 'b' }] }));
    assert.deepEqual([done.path, done.branch], ['blog/slow/post.md', BRANCH]);
    assert.equal(shown(name, BRANCH, 'blog/slow/post.md'), page('two'));
    assert.equal(place.page(name, BRANCH, 'blog/slow/a.txt'), 'b');
    assert.doesNotMatch(place.git(name, 'ls-tree', '-r', '--name-only', BRANCH), /slow\/index/);
});

both('a page that lost its mark is still ours, and gets it back', async (name, job) => {
    await place.done(job('one'));
    place.commit(name, BRANCH, edited(name, '<!-- opsroom: INC-1 -->\n', ''), 'Tidy');
    assert.equal((await place.done(job('two'))).branch, BRANCH);
    assert.match(shown(name), /- two[^]*\n<!-- opsroom: INC-1 -->\n$/);
    assert.deepEqual(place.branches(name), ['main', BRANCH]);
});

both('a page that was deleted is written again', async (name, job) => {
    await place.done(job('one'));
    place.commit(name, BRANCH, { [PAGE_PATH]: null, 'x.md': 'x\n' }, 'Away with it');
    await place.done(job('two'));
    assert.equal(shown(name), page('two'));
    assert.equal(place.page(name, BRANCH, 'x.md'), 'x');
});

both('a branch of somebody else is left alone', async (name, job) => {
    const theirs = place.commit(name, BRANCH, { 'notes.md': 'mine\n' }, 'Notes', { from: 'main' });
    const done = await place.done(job('one'));
    assert.deepEqual([done.branch, done.path], [`${BRANCH}-2`, 'content/2022-12-13-slow-2/index.md']);
    assert.equal(place.git(name, 'rev-parse', BRANCH), theirs);
    assert.equal((await place.done(job('one'))).unchanged, true);
});

both('a file in the way, on the base', async (name, job) => {
    place.commit(name, 'main', { [PAGE_PATH]: 'Something else\n' }, 'Taken');
    const done = await place.done(job('one'));
    assert.equal(done.branch, `${BRANCH}-2`);
    place.commit(name, 'main', { 'content/2022-12-13-slow-2': 'a file where a folder should be\n' }, 'Taken, too');
    const other = await place.fails(job('b', { branch: 'postmortem/other{n}', path: 'README/x.md', mark: '<!-- opsroom: INC-2 -->' }));
    assert.match(other.error, /a file and a folder have one name/);
});

both('the base moves on under the branch', async (name, job) => {
    const first = await place.done(job('one'));
    const base = place.commit(name, 'main', { README: 'other\n' }, 'Other work');
    const done = await place.done(job('two'));
    assert.deepEqual([done.base_commit, done.merged_commit], [base, undefined]);
    assert.equal(place.git(name, 'rev-parse', `${BRANCH}~`), first.commit);
});

const merges = {
    'a merge commit': () => ['merge', '-q', '--no-ff', '-m', 'Merge', `origin/${BRANCH}`],
    'a fast-forward': () => ['merge', '-q', '--ff-only', `origin/${BRANCH}`],
    'a squash': () => ['merge', '-q', '--squash', `origin/${BRANCH}`],
};
for (const [how, words] of Object.entries(merges)) {
    for (const keeps of [true, false]) {
        both(`merged by ${how}, the branch ${keeps ? 'stays' : 'goes'}`, async (name, job) => {
            await place.done(job('one'));
            await place.done(job('two'));
            if (how !== 'a fast-forward') place.commit(name, 'main', { README: 'before\n' }, 'Before');
            const look = job('', { op: 'look' });
            assert.equal((await place.done(look)).merged_commit, undefined);
            const work = place.in(`work-${name}`);
            run('git', ['clone', '-q', place.in('repos', name), work]);
            run('git', words(), { cwd: work });
            if (how === 'a squash') run('git', ['commit', '-qm', 'Slow (#7)'], { cwd: work });
            run('git', ['push', '-q', 'origin', 'main'], { cwd: work });
            const merged = place.git(name, 'rev-parse', 'main');
            place.commit(name, 'main', { README: 'after\n' }, 'After');
            if (!keeps) place.git(name, 'branch', '-D', BRANCH);

            const seen = await place.done(look);
            assert.equal(seen.merged_commit, merged);
            assert.equal(seen.commit, keeps ? place.git(name, 'rev-parse', BRANCH) : undefined);
            const same = await place.done(job('two'));
            assert.deepEqual([same.unchanged, same.merged_commit], [true, merged]);
            assert.deepEqual(place.branches(name), keeps ? ['main', BRANCH] : ['main']);

            // A late entry: a branch that can be merged again, without a conflict.
            const late = await place.done(job('three'));
            assert.deepEqual([late.branch, late.unchanged, late.merged_commit], [BRANCH, false, undefined]);
            assert.equal(place.git(name, 'diff', '--name-only', 'main', BRANCH), PAGE_PATH);
            assert.equal(place.git(name, 'merge-base', 'main', BRANCH), late.base_commit);
            assert.equal((await place.done(look)).merged_commit, undefined);
            assert.equal((await place.done(job('three'))).unchanged, true);
        });
    }
}

test('a commit signed with an ssh key is one that git trusts', async () => {
    place.repository('signed.git');
    for (const type of ['ed25519', 'ecdsa']) {
        const key = place.key(`signing-${type}`, type);
        await place.done(place.job(place.in('repos', 'signed.git'), { content: page(type), signing_key: key }));
        writeFileSync(place.in('signers'), `opsroom@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
        const verified = run('git', ['-C', place.in('repos', 'signed.git'), '-c', `gpg.ssh.allowedSignersFile=${place.in('signers')}`, 'log', '-1', '--format=%G? %GS', BRANCH]);
        assert.equal(verified, 'G opsroom@example.org\n');
    }
    const { code, out } = await place.start(place.job(place.in('repos', 'signed.git'), { content: page('x'), signing_key: place.in('none') })).ended;
    assert.equal(code, 1);
    assert.match(JSON.parse(out).error, /ssh-keygen could not sign with .*none: it must be a private key without a passphrase/);
});
