// The postmortem as a pull request, and action items as issues, on stand-ins of
// the three forges: opened, kept in step, merged, closed; refusals said in the
// room; killed anywhere, there is one of each.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import test from 'node:test';

import { startForge } from '../forge/standin.mjs';
import { git } from './bot.mjs';
import { declare, seen, stage } from './stage.mjs';

const SECRET = 'hook-secret-0123456789';
const KINDS = ['github', 'gitea', 'gitlab'];
const MARKS = { github: '', gitea: 'WIP: ', gitlab: 'Draft: ' };

function secretFile(directory, name, text) {
    const path = join(directory, name);
    writeFileSync(path, `${text}\n`, { mode: 0o600 });
    return path;
}

/** A scene with a forge of that kind; `more` are settings of [forge]. */
function onForge(name, kind, more, play) {
    test(`${kind}: ${name}`, async () => {
        const forge = await startForge(kind);
        const directory = mkdtempSync(join(tmpdir(), 'opsroom-forge-'));
        const settings = (guild) => ({
            forge: {
                kind, api_base: forge.apiBase, repository: forge.repository, labels: ['postmortem'], reviewers: ['quill'],
                token_file: secretFile(directory, 'token', forge.token), webhook_secret_file: secretFile(directory, 'hook', SECRET), ...more,
            },
            assignee: [{ user: guild.member('nova').id, login: 'nova' }],
        });
        try {
            await stage({ settings }, async (scene) => {
                forge.branches = () => git(scene.bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n');
                try {
                    await play({ ...scene, forge });
                } catch (error) {
                    error.message += `\n--- the forge\n${forge.story()}`;
                    throw error;
                }
                assert.deepEqual(forge.violations, []);
                assert.ok(!scene.bot.log.includes(forge.token), 'the token is in the log');
            });
        } finally {
            await forge.close();
            rmSync(directory, { recursive: true, force: true });
        }
    });
}

/** The forge tells the bot to look. */
async function hook(bot, kind, { secret = SECRET, body = '{"action":"whatever"}', from = 0 } = {}) {
    const [, address] = await bot.logged(/listening.*?address="?([\d.]+:\d+)/, { from });
    const headers = kind === 'gitlab' ? { 'x-gitlab-token': secret } : { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
    const answer = await fetch(`http://${address}/forge/hook`, { method: 'POST', body, headers });
    return answer.status;
}

const task = (bot, effect, incident = 1) => bot.record(incident).events.filter((event) => event.kind === 'task' && event.effect === effect);

async function resolved({ guild, nova, forge }, title = 'Logins fail') {
    const made = await declare(guild, nova, { title });
    await nova.slash('/resolve', { summary: 'Restarted the pool; see #7 of @nova' }, { channel: made.war });
    const pull = await forge.until(() => forge.pulls[0], 'a pull request');
    return { ...made, pull };
}

for (const kind of KINDS) {
    onForge('opened, kept in step, merged: the incident closes', kind, {}, async (scene) => {
        const { bot, guild, nova, forge, standin } = scene;
        const { war, pull } = await resolved(scene, 'Logins fail: `pool` #7');
        assert.equal(pull.head, bot.record().postmortem_branch);
        assert.equal(pull.base, 'main');
        assert.equal(pull.title, `${MARKS[kind]}Logins fail: \`pool\` #7`);
        assert.match(pull.body, /- \[ \] Write: causes/);
        assert.match(pull.body, /Restarted the pool/);
        assert.doesNotMatch(pull.body, /@nova|#7/, 'calls nobody and links nothing');
        assert.match(pull.body, new RegExp(`discord\\.com/channels/${guild.id}/${war.id}`));
        await war.message(/open for review/);
        assert.deepEqual([pull.labels, pull.reviewers], [['postmortem'], ['quill']]);
        assert.equal(kind === 'github' ? pull.draft : pull.title.startsWith(MARKS[kind]), true, 'a draft');

        pull.body = `Before.\n\n${pull.body}\nBehind.`;
        for (const section of ['summary', 'impact', 'causes', 'what went well', 'what went poorly', 'where we were lucky']) {
            const asked = await nova.slash('/postmortem write', {}, { channel: war });
            const form = await nova.press(asked, 'Write a section', { values: [section] });
            await nova.submit(form, { text: `About ${section}.` });
        }
        await forge.until(() => /Every section is written/.test(pull.body) && !(pull.draft || pull.title.startsWith(MARKS[kind] || '\n')), 'the finished text').catch((error) => { error.message += pull.body; throw error; });
        assert.match(pull.body, /^Before\.\n\n<!-- opsroom: begin -->[^]*About summary[^]*<!-- opsroom: end -->\s*Behind\.$/);

        forge.merge(pull);
        assert.equal(await hook(bot, kind), 202);
        await war.message(/merged as/);
        await standin.until(() => bot.record().state === 'closed', 'the closed incident');
        const record = bot.record();
        const last = task(bot, 'pull').at(-1);
        assert.deepEqual([last.pull_state, last.ref, last.actor_name, last.state_to], ['merged', pull.commit, 'quill', 'closed']);
        assert.match(record.milestones['pull request merged'], /\d\d:\d\d/);
        assert.equal(forge.pulls.length, 1);
        assert.equal(task(bot, 'pull').filter((event) => event.pull_state === 'open').length, 1, 'opened once in the record');
    });

    onForge('an action item is an issue, and done when that is closed', kind, { issues: true, issue_label: 'incident' }, async (scene) => {
        const { bot, guild, nova, forge, standin } = scene;
        const { war } = await declare(guild, nova);
        await nova.slash('/action add', { text: 'Alert on the pool\nbefore it is full; closes #3', kind: 'detect', owner: nova.id }, { channel: war });
        await nova.slash('/resolve', { summary: 'Restarted the pool' }, { channel: war });
        const issue = await forge.until(() => forge.issues[0], 'an issue');
        assert.equal(issue.title, 'Alert on the pool');
        assert.doesNotMatch(issue.body, /closes #3/);
        assert.ok(issue.body.includes(forge.pullJson(forge.pulls[0])[kind === 'gitlab' ? 'web_url' : 'html_url']), 'names the pull request');
        await standin.until(() => task(bot, 'issue').length === 1, 'the issue in the record');
        assert.deepEqual([issue.labels, issue.assignees], [['incident'], ['nova']]);
        forge.closeIssue(issue);
        assert.equal(await hook(bot, kind), 202);
        const items = () => bot.record().events.filter((event) => event.kind === 'item');
        await standin.until(() => items().length === 2, 'the item done');
        const [made, done] = items().sort((a, b) => a.seq - b.seq);
        assert.deepEqual([done.target, done.item_state], [made.seq, 'done']);
        assert.match(done.text, /^closed as http:\/\/127\.0\.0\.1:\d+\/team\/blog\/(-\/)?issues\/\d+$/);
        assert.equal(forge.issues.length, 1);
    });
}

onForge('closed unmerged is said, and stays in review', 'github', {}, async (scene) => {
    const { bot, forge, guild, nova } = scene;
    const { war, pull } = await resolved(scene);
    await war.message(/open for review/);
    forge.closePull(pull);
    assert.equal(await hook(bot, 'github', { secret: 'x'.repeat(20) }), 401);
    assert.equal(await hook(bot, 'github'), 202);
    const said = await war.message(/closed without being merged/);
    assert.match(seen(said.text), /\/incident update/);
    assert.equal(bot.record().state, 'review');
    // A change does not open another one: somebody did not want it.
    await nova.slash('/timeline add', { text: 'One more thing' }, { channel: war });
    await forge.until(() => forge.requests.filter(({ method, path }) => method === 'GET' && path.endsWith(`/pulls/${pull.number}`)).length > 1, 'a look');
    assert.equal(forge.pulls.length, 1);

    // What the room was told to do, done.
    const closed = await nova.slash('/incident update', { message: 'It is told in the newsletter', state: 'closed' }, { channel: war });
    assert.match(closed.text, /INC-1\*\* is closed since.*before, it was in review/);
    assert.equal(bot.record().state, 'closed');
    await war.message(/review → closed.*told in the newsletter/s);
});

onForge("a drill's action items are no issues", 'github', { issues: true }, async (scene) => {
    const { bot, forge, guild, nova, standin } = scene;
    for (const drill of [true, false]) {
        const { war } = await declare(guild, nova, { drill });
        await nova.slash('/action add', { text: drill ? 'Play it again' : 'Alert on the pool' }, { channel: war });
        await nova.slash('/resolve', { summary: 'Restarted the pool' }, { channel: war });
        await forge.until(() => forge.pulls.length === (drill ? 1 : 2), 'a pull request');
    }
    await standin.until(() => task(bot, 'issue', 2).length === 1, 'the issue in the record');
    assert.deepEqual(forge.issues.map(({ title }) => title), ['Alert on the pool']);
});

onForge('of a private incident the forge learns nothing', 'github', { issues: true }, async (scene) => {
    const { bot, forge, guild, nova, standin } = scene;
    await nova.slash('/incident declare', { title: 'Keys leaked', private: true });
    const war = await guild.channelNamed('inc-1-private');
    const here = { channel: war };
    await nova.slash('/action add', { text: 'Rotate the keys' }, here);
    const over = await nova.slash('/resolve', { summary: 'Rotated' }, here);
    assert.match(over.text, /It is private, so its postmortem stays out of the repository/);
    await war.message(/Resolved · /);
    assert.deepEqual([forge.requests, bot.record().state], [[], 'resolved']);

    // Public, it is told; private again, it is told no more.
    await nova.slash('/incident set', { private: false }, here);
    const pull = await forge.until(() => forge.pulls[0], 'a pull request');
    await standin.until(() => task(bot, 'issue').length === 1, 'the issue in the record');
    const hidden = await nova.slash('/incident set', { private: true, title: 'Keys of the vault leaked' }, here);
    assert.match(hidden.text, /What is in the repository already stays there/);
    await nova.slash('/action add', { text: 'Ask who has read them' }, here);
    await nova.slash('/incident set', { private: false, title: 'Keys leaked again' }, here);
    await forge.until(() => forge.issues.length === 2 && /again/.test(pull.title), 'what came meanwhile');
    assert.ok(!forge.requests.some(({ body }) => /vault/.test(body ?? '')), forge.story());
});

const REFUSALS = [
    ['401', { status: 401, body: { message: 'Bad credentials' } }, /refuses the token.*token_file/],
    ['403', { status: 403, body: { message: 'Resource not accessible by personal access token' } }, /may not do that.*Resource not accessible/],
    ['404', { status: 404, body: { message: 'Not Found' } }, /knows no team\/blog/],
    ['422', { status: 422, body: { message: 'Validation Failed', errors: [{ message: 'No commits between main and it' }] } }, /status 422.*No commits between/],
];

for (const [name, how, words] of REFUSALS) {
    onForge(`${name} is said in the room, and the state does not wait`, 'github', {}, async (scene) => {
        const { bot, guild, nova, forge } = scene;
        forge.answer(({ path }) => path.includes('/pulls'), how, 1);
        const { war } = await declare(guild, nova);
        await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
        const said = await war.message(/pull request is not up to date/);
        assert.match(seen(said.text), words);
        assert.equal(bot.record().state, 'review');
        await nova.slash('/timeline add', { text: 'One more thing' }, { channel: war });
        await forge.until(() => forge.pulls.length === 1, 'the pull request after all');
    });
}

onForge('a limit is waited for', 'github', {}, async (scene) => {
    const { bot, guild, nova, forge } = scene;
    forge.answer(({ method }) => method === 'POST', { status: 403, body: { message: 'You have exceeded a secondary rate limit.' }, headers: { 'retry-after': '3' } }, 1);
    const { war } = await declare(guild, nova);
    await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
    await forge.until(() => forge.pulls.length === 1, 'the pull request');
    assert.ok(!task(bot, 'pull').some(({ failed }) => failed), 'a wait is no failure');
});

onForge('a forge without drafts gets a pull request all the same', 'github', {}, async (scene) => {
    scene.forge.drafts = false;
    const { pull } = await resolved(scene);
    assert.equal(pull.draft, false);
});

for (const kind of KINDS) {
    onForge('a pull request that somebody deleted hides no issue', kind, { issues: true }, async (scene) => {
        const { bot, guild, nova, forge, standin } = scene;
        const { war } = await declare(guild, nova);
        await nova.slash('/action add', { text: 'Alert on the pool' }, { channel: war });
        await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
        await standin.until(() => task(bot, 'issue').length === 1, 'the issue in the record');
        forge.answer(({ method, path }) => method === 'GET' && /(pulls|merge_requests)\/\d+$/.test(path), { status: 404, body: { message: 'Not Found' } }, 1000);
        forge.closeIssue(forge.issues[0]);
        assert.equal(await hook(bot, kind), 202);
        await standin.until(() => bot.record().events.some(({ item_state: state }) => state === 'done'), 'the item done');
        await war.message(/What became of the pull request cannot be seen/);
    });

    onForge('the answer to opening is lost: there is one, and one record of it', kind, {}, async (scene) => {
        const { bot, forge, standin } = scene;
        forge.answer(({ method }) => method === 'POST', 'lost', 1);
        await resolved(scene);
        await standin.until(() => task(bot, 'pull').some(({ pull_state: state }) => state === 'open'), 'the record of it');
        assert.equal(forge.pulls.length, 1);
        assert.deepEqual(forge.pulls[0].reviewers, ['quill']);
    });
}

// Killed when the forge has heard the n-th request, before the answer: between
// look, open, labels, reviewers, issue and record.
for (const at of [1, 2, 3, 4, 5, 6, 7]) {
    onForge(`killed at request ${at}: one pull request, one issue, one record`, 'github', { issues: true }, async (scene) => {
        const { bot, guild, nova, forge, standin } = scene;
        const { war } = await declare(guild, nova);
        await nova.slash('/action add', { text: 'Alert on the pool' }, { channel: war });
        let again;
        let heard = 0;
        forge.answer(() => ++heard === at, () => { again = bot.kill().then(() => bot.start({ ready: false })); return undefined; });
        await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
        await forge.until(() => forge.issues.length > 0 && heard >= at, 'an issue');
        assert.ok(again, 'it was killed');
        await again;
        await standin.until(() => task(bot, 'issue').some(({ failed }) => !failed) && task(bot, 'pull').length > 0, 'the record');
        assert.equal(forge.pulls.length, 1);
        assert.equal(forge.issues.length, 1);
        assert.equal(task(bot, 'pull').filter(({ pull_state: state }) => state === 'open').length, 1);
        assert.equal(task(bot, 'issue').filter(({ pull_state: state }) => state === 'open').length, 1);
    });
}

// A team tries it with a repository of its own first, or moves to another forge:
// the numbers of the record are somebody else's there.
for (const kind of KINDS) {
    onForge('in another repository the same number is not ours', kind, { issues: true }, async (scene) => {
        const { bot, guild, nova, forge, standin } = scene;
        const { war } = await declare(guild, nova);
        await nova.slash('/action add', { text: 'Alert on the pool' }, { channel: war });
        await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
        await standin.until(() => task(bot, 'issue').length === 1, 'the issue in the record');
        await bot.stop();

        const other = await startForge(kind, { repository: 'team/site' });
        try {
            for (let number = 1; number <= forge.next; number++) {
                other.pulls.push({ number, node: `PR_${number}`, head: `feature-${number}`, base: 'main', state: 'open', title: 'A feature', body: 'Of somebody', labels: [], reviewers: [], draft: false, made: 1 });
                other.issues.push({ number, state: 'closed', title: 'Theirs', body: 'Of somebody', labels: [], assignees: [], by: 'finch', reason: 'completed', made: 1 });
            }
            other.next = forge.next + 1;
            bot.settle({ forge: { api_base: other.apiBase, repository: other.repository } });
            const from = bot.log.length;
            await bot.start();
            await nova.slash('/timeline add', { text: 'One more thing' }, { channel: war });
            const pull = await other.until(() => other.pulls.find(({ head }) => head === bot.record().postmortem_branch), 'a pull request of its own');
            assert.equal(await hook(bot, kind, { from }), 202);
            await standin.until(() => task(bot, 'pull').at(-1)?.ref === String(pull.number), 'it in the record');
            for (const theirs of other.pulls.filter((one) => one !== pull)) assert.deepEqual([theirs.title, theirs.body, theirs.labels, theirs.reviewers], ['A feature', 'Of somebody', [], []]);
            for (const theirs of other.pulls.filter((one) => one !== pull)) other.merge(theirs);
            const heard = other.requests.length;
            assert.equal(await hook(bot, kind, { from }), 202);
            await other.until(() => other.requests.length > heard + 1, 'a look');
            assert.equal(bot.record().state, 'review');
            assert.ok(!bot.record().events.some(({ item_state: state }) => state === 'done'), 'the item is open');
        } finally {
            await other.close();
        }
    });
}

test('a review that began before there was a forge gets its pull request', async () => {
    const forge = await startForge('github');
    const directory = mkdtempSync(join(tmpdir(), 'opsroom-forge-'));
    try {
        await stage({}, async ({ bot, guild, nova, standin }) => {
            const { war } = await declare(guild, nova);
            await nova.slash('/resolve', { summary: 'Over' }, { channel: war });
            await war.message(/a draft is written/);
            await standin.until(() => bot.record().state === 'review', 'the review');
            await bot.stop();
            bot.settle({ forge: { kind: 'github', api_base: forge.apiBase, repository: forge.repository, token_file: secretFile(directory, 'token', forge.token) } });
            await bot.start();
            const pull = await forge.until(() => forge.pulls[0], 'a pull request', 8_000);
            assert.equal(pull.head, bot.record().postmortem_branch);
            await war.message(/open for review/);
        });
        assert.deepEqual(forge.violations, []);
    } finally {
        await forge.close();
        rmSync(directory, { recursive: true, force: true });
    }
});
