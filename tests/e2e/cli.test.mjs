// The program beside Discord, as whoever runs it sees it: exit codes, words, logs.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Bot, program } from './bot.mjs';
import { declare, requests, scene, sent } from './stage.mjs';

scene('with standard input, output and error closed it runs, and logs into none of its own files', { started: false }, async ({ standin, bot }) => {
    bot.child = spawn('sh', ['-c', 'exec "$0" run --config "$1" 0<&- 1>&- 2>&-', program, bot.config], {
        stdio: 'ignore', env: { ...process.env, DISCORD_TOKEN: standin.token },
    });
    bot.exited = new Promise((done) => { bot.child.once('close', (code, signal) => done({ code, signal })); });
    await standin.botReady(20_000);
});

scene('a helper that is not there: check says so, and the bot runs and says so', {
    settings: { probes: { draw_helper: '/none' }, postmortem: { helper: '/tmp' } },
}, async ({ bot }) => {
    const lines = [
        '/tmp: the helper opsroom-git is not there; install it beside opsroom or set [postmortem] helper',
        '/none: the helper opsroom-draw is not there; install it beside opsroom or set [probes] draw_helper',
    ];
    assert.deepEqual(bot.run('check').code, 2);
    assert.equal(bot.run('check').err, lines.map((line) => `opsroom: ${line}\n`).join(''));
    assert.deepEqual([...bot.log.matchAll(/event=helper_missing why="(.*)"$/gm)].map(([, why]) => why), lines);
});

scene('a start says which record it has, and whether it is a new one', { started: false }, async ({ guild, bot, nova }) => {
    const place = realpathSync(bot.directory);
    const told = (from) => [...bot.log.slice(from).matchAll(/event=(record_created|started) .*$/gm)].map(([line]) => line.replace(/ (words|version)=("[^"]*"|\S+)/g, ''));
    await bot.start();
    await bot.logged(/event=started/);
    assert.deepEqual(told(0), [`event=record_created record=${place}/opsroom.db`, `event=started record=${place}/opsroom.db incidents=0`]);
    assert.match(bot.log, /level=warn event=record_created .*a new one begins, with INC-1\. If there should be one, stop the bot and look at storage\.path/);
    await declare(guild, nova);
    await bot.stop();
    const from = bot.log.length;
    await bot.start();
    await bot.logged(/event=started/, { from });
    assert.deepEqual(told(from), [`event=started record=${place}/opsroom.db incidents=1`]);
});

scene('a token that REST refuses: exit 3, in words, after one request', { started: false }, async ({ standin, bot }) => {
    standin.tokenRefused = true;
    await bot.start({ ready: false });
    assert.deepEqual(await bot.exited, { code: 3, signal: null });
    assert.match(bot.log, /Discord refused the bot token\. It was reset or is wrong/);
    assert.equal(requests(standin, /./).length, 1);
    assert.ok(!bot.log.includes(standin.token));
});

scene('a token that the gateway refuses, at once or later: exit 3', { started: false }, async ({ standin, bot }) => {
    const url = { url: standin.gatewayUrl, shards: 1, session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 } };
    standin.tokenRefused = true;
    standin.faults.onRest('get_bot_gateway', { reply: () => ({ status: 200, body: url }) });
    await bot.start({ ready: false });
    assert.deepEqual(await bot.exited, { code: 3, signal: null });
    assert.match(bot.log, /Discord refused the bot token/);
    assert.equal(sent(standin).length, 1, 'one identify');

    standin.tokenRefused = false;
    await bot.start();
    standin.faults.refuseToken();
    assert.deepEqual(await bot.exited, { code: 3, signal: null });
    standin.faults.clear();
});

scene('intents that are refused end it too, with a way out', {}, async ({ standin, bot }) => {
    standin.faults.closeGateway(4014, 'Disallowed intent(s).');
    assert.deepEqual(await bot.exited, { code: 5, signal: null }, 'not started again by systemd');
    assert.match(bot.log, /developer portal/);
});

scene('a damaged database is refused and left as it is', { started: false }, async ({ guild, bot, nova }) => {
    await bot.start();
    const { war } = await declare(guild, nova);
    await nova.slash('/timeline add', { text: 'A sentence that is on the record' }, { channel: war });
    await bot.stop();
    const good = join(bot.directory, 'good.db');
    copyFileSync(bot.database, good);
    const bytes = readFileSync(good);
    const damage = {
        'no database': () => writeFileSync(bot.database, 'Dear diary, today the server caught fire.\n'.repeat(30)),
        'cut short': () => truncateSync(bot.database, bytes.length - 5000),
        'a page overwritten': () => { const other = Buffer.from(bytes); other.fill(0x5a, 4096 * 3, 4096 * 4); writeFileSync(bot.database, other); },
        'another program\'s': () => { const other = Buffer.from(bytes); other.writeUInt32BE(0x0F055112, 68); writeFileSync(bot.database, other); },
        'of a newer opsroom': () => { const other = Buffer.from(bytes); other.writeUInt32BE(9999, 60); writeFileSync(bot.database, other); },
    };
    for (const [name, harm] of Object.entries(damage)) {
        copyFileSync(good, bot.database);
        harm();
        const before = readFileSync(bot.database);
        const from = bot.log.length;
        await bot.start({ ready: false });
        assert.deepEqual(await bot.exited, { code: 1, signal: null }, name);
        const said = bot.log.slice(from);
        assert.match(said, /event=cannot_start why=".{20,}"/, name);
        assert.ok(readFileSync(bot.database).equals(before), `${name}: untouched`);
        assert.notEqual(bot.run('verify').code, 0, name);
        assert.notEqual(bot.run('check').code, 0, name);
        assert.ok(readFileSync(bot.database).equals(before), `${name}: still untouched`);
    }
    // What no structure shows, the chain does.
    const forged = Buffer.from(bytes);
    for (let at; (at = forged.indexOf('A sentence that is on')) >= 0;) forged.write('No', at);
    writeFileSync(bot.database, forged);
    const { code, out, err } = bot.run('verify');
    assert.equal(code, 1);
    assert.match(out, /^INC-1 #\d+: the entry does not match its hash\n/);
    assert.match(err, /^opsroom: the record is damaged: /);
    const together = spawnSync('sh', ['-c', '"$0" verify --config "$1" 2>&1 | cat', program, bot.config], { encoding: 'utf8' });
    assert.match(together.stdout, /\nopsroom: the record is damaged: \d+ problems?, listed above\. .*\n$/, together.stdout);
    copyFileSync(good, bot.database);
});

scene('one database, one bot', {}, async ({ standin, bot }) => {
    const second = new Bot(standin, { directory: bot.directory });
    await second.start({ ready: false });
    assert.deepEqual(await second.exited, { code: 1, signal: null });
    assert.match(second.log, /cannot_start why=".*(another|already|holds)/);
    assert.equal(bot.running, true);
    assert.equal(sent(standin).filter(({ op }) => op === 2).length, 1, 'the second one never spoke to Discord');
});

scene('SIGTERM while work is in flight: 0 at once, and the next start ends it', {}, async ({ standin, guild, bot, nova }) => {
    standin.faults.delay('create_guild_channel', 60_000);
    assert.match((await nova.slash('/incident declare', { title: 'Logins fail' })).text, /is declared/);
    const war = await guild.channelNamed(/^inc-1-logins/);
    assert.deepEqual(await bot.stop(), { code: 0, signal: null });
    await bot.start();
    await war.message('Logins fail');
    await (await guild.channelNamed('inc-1-live')).message('Logins fail');
    assert.equal([...guild.channels.values()].filter(({ name }) => name.startsWith('inc-1')).length, 2);

    // An answer that is on its way is waited for, but not for ever.
    standin.faults.delay('create_interaction_response', 60_000, 2);
    const pending = nova.begin('/timeline add', { text: 'The last word' }, { channel: war });
    await pending.first;
    const asked = requests(standin, /callback/).length;
    assert.deepEqual(await bot.stop(), { code: 0, signal: null });
    assert.equal(requests(standin, /callback/).length, asked, 'gone before the time to ask again, 1.2 s');
    assert.ok(bot.record().events.some(({ text }) => text === 'The last word'));
});

scene('no secret in a log, in the database, or in git', { settings: { log: { level: 'debug' } } }, async ({ standin, guild, bot, nova }) => {
    const { war, card } = await declare(guild, nova);
    standin.faults.fail('create_interaction_response', 500, undefined, 1);
    standin.faults.fail('create_message', 400, 50035, 1);
    const file = { name: 'a.log', bytes: Buffer.from('x') };
    await nova.slash('/timeline add', { text: 'With a file', file }, { channel: war });
    await nova.submit(await nova.press(card, 'Resolve'), { summary: 'Over' });
    await war.message(/a draft is written/);
    standin.faults.lose('create_interaction_response', 1);
    await nova.slash('/incident status', {}, { channel: war });
    await bot.stop();
    const secrets = [standin.token, ...standin.interactions.byToken.keys()];
    assert.ok(secrets.length >= 5);
    const kept = readdirSync(bot.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const texts = { log: bot.log };
    for (const { name, path, parentPath } of kept) texts[name] = readFileSync(join(parentPath ?? path, name), 'latin1');
    assert.ok(texts['opsroom.db'].includes('With a file'));
    for (const [where, text] of Object.entries(texts)) {
        for (const secret of secrets) assert.ok(!text.includes(secret), `a token in ${where}`);
    }
    for (const line of bot.log.trim().split('\n')) assert.match(line, /^time=\S+ level=\w+ event=\w+( \w+=("([^"\\]|\\.)*"|[^\s"]*))*$/, 'key=value');
});

scene('commands prints what Discord gets, and a change of it is sent', {}, async ({ standin, bot }) => {
    const put = () => standin.trace.filter(({ kind, text }) => kind === 'rest in' && text.startsWith('PUT ') && text.includes('/commands '));
    const { code, out } = bot.run('commands');
    assert.equal(code, 0);
    assert.equal(put()[0].text.slice(put()[0].text.indexOf('[')), out.trim());
    await bot.stop();
    // As if an older opsroom had registered other bytes.
    const bytes = readFileSync(bot.database);
    const hash = createHash('sha256').update(out.trim()).digest('hex');
    const at = bytes.indexOf(hash);
    assert.ok(at > 0, 'the hash is kept');
    bytes.write('0'.repeat(64), at);
    writeFileSync(bot.database, bytes);
    standin.faults.forgetSessions();
    await bot.start();
    await standin.until(() => standin.registrations === 2, 'the second registration');
    assert.equal(put().length, 2);
});

scene('timeline, verify and render beside a running bot', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova, { started: '18:53 CET', severity: 'SEV2' });
    const say = (command, values) => nova.slash(command, values, { channel: war });
    await say('/timeline add', { text: 'Restarted the queue', kind: 'action', by: 'quill' });
    await say('/timeline change', { what: 'wal_keep_size', where: 'db-1', from: '400 GB', to: '1 GB', temporary: true });
    await say('/ic assign', { user: quill });
    await say('/incident update', { message: 'Logins work\nfor most', state: 'mitigated' });
    const record = bot.record();
    assert.equal(record.severity, 'SEV2');
    const entry = record.events.find(({ kind }) => kind === 'action');
    assert.equal(entry.text, 'Restarted the queue');
    const printed = bot.run('timeline', '--incident', 'INC-1');
    assert.match(printed.out, /^INC-1: Logins fail \(SEV2, mitigated\)\. Times are UTC\.$/m);
    assert.match(printed.out, /^\d{4}-\d\d-\d\d \d\d:\d\d {2}#\d+ +action +quill: Restarted the queue$/m);
    assert.match(printed.out, /change +nova: wal_keep_size on db-1: 400 GB → 1 GB \(temporary\)$/m);
    assert.match(printed.out, /role +nova: commander is quill$/m);
    assert.match(printed.out, /state +nova: investigating → mitigated: Logins work\n {4}for most$/m);
    assert.match(printed.out, /task +card done: \d+$/m);
    const at = Date.parse(record.events.find(({ kind }) => kind === 'action').recorded_at);
    assert.ok(Math.abs(Date.now() - at) < 3600_000, 'times are ISO 8601');
    assert.match(bot.run('render', '--incident', '1').out, /^---\n[^]*Logins fail[^]*Restarted the queue/);
    const other = bot.run('render', '--incident', '1', '--template', 'markdown', '--audience', 'public').out;
    assert.match(other, /^# Logins fail\n[^]*\*\* commander: Restarted the queue/);
    assert.doesNotMatch(other, /nova|quill/);
    const folder = join(bot.directory, 'own');
    mkdirSync(folder);
    writeFileSync(join(folder, 'page.md'), '{{title}}\n{{> end}}\n');
    writeFileSync(join(folder, 'end.md'), 'The end of {{incident}}.\n');
    assert.match(bot.run('render', '--incident', '1', '--template', folder).out, /^Logins fail\nThe end of INC-1\.\n/);
    const wrong = bot.run('render', '--incident', '1', '--template', 'plain');
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /plain cannot be read: .*a template is hugo, markdown, or a folder with page\.md/);
    assert.equal(bot.run('render', '--incident', '1', '--audience', 'all').code, 2);
    const verified = bot.run('verify');
    assert.equal(verified.code, 0);
    assert.match(verified.out, /The record is whole: 1 incidents?, \d+ events/);
    assert.deepEqual([bot.run('timeline', '--incident', '7').code, bot.run('render', '--incident', '7').code], [1, 1]);
    assert.match(bot.run('timeline', '--incident', '7').err, /incident 7: there is no such incident/);
    assert.equal(bot.run('timeline').code, 2);
    assert.equal(bot.run('timeline', '--incident', 'seven').code, 2);
});

scene('a private incident stays among those who respond', {
    settings: (guild) => ({
        discord: { announce_channel: guild.channel('announcements').id },
        access: { respond: [guild.role('responder').id] },
    }),
}, async ({ standin, guild, bot, nova, quill, finch }) => {
    const declared = await finch.slash('/incident declare', { title: 'Keys leaked to the web', type: 'security', impact: 'All sessions' });
    assert.match(declared.text, /It is private/);
    const war = await guild.channelNamed(/^inc-1/);
    await war.message('Keys leaked');
    await nova.slash('/timeline add', { text: 'Rotated the keys', kind: 'action' }, { channel: war });
    await war.message('Rotated the keys');
    await nova.slash('/resolve', { summary: 'All keys rotated' }, { channel: war });
    await war.message(/All keys rotated/);
    assert.ok(!existsSync(bot.repository), 'no page where others read');

    assert.equal(war.name, 'inc-1-private', 'the name tells nothing');
    assert.deepEqual([...guild.channels.values()].filter(({ name }) => name.startsWith('inc-')), [war], 'no live room');
    assert.deepEqual(guild.channel('announcements').all, [], 'no announcement');
    assert.deepEqual([nova, finch, quill].map((person) => person.reads(war).length > 0), [true, true, false]);
    assert.ok(!JSON.stringify([...guild.channels.values()].filter((channel) => channel !== war).map((channel) => channel.all.map(({ text }) => text))).includes('keys'));
    assert.match((await quill.slash('/timeline add', { text: 'Let me in' })).text, /may not/);
    standin.guild().memberNamed('quill').addRole(guild.role('responder'));
    assert.match((await quill.slash('/incident status')).text, /No incident is open here/);
    assert.equal(bot.record().private, true);
});
