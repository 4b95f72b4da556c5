// The program without Discord: settings, words on the command line, `check`. It is
// waited for, which would hold up a stand-in of the same process.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Bot, program, settingsText } from './bot.mjs';
import { Place, TOKEN } from './git_servers.mjs';

/** A bot's folder without a stand-in. */
function alone(play) {
    const bot = new Bot(null);
    try { play(bot); } finally { rmSync(bot.directory, { recursive: true }); }
}

test('wrong settings: exit 2 with file, line and column', () => alone((bot) => {
    const good = readFileSync(bot.config, 'utf8');
    const cases = [
        ['[discord]\ncompres = true\n', /:2:1: .*compres/],
        ['[discord]\ncompress = "yes"\n', /:2:12: .*compress/],
        ['[attachments]\n\nmax_bytes = 5\n', /:3:13: .*max_bytes.*1024/],
        ['[discord]\nguilds = ["12", "abc"]\n', /:2:17: .*guilds/],
        ['[log]\nlevel = "loud"\n', /:2:9: .*level.*debug/],
        ['[nonsense]\n', /:1:\d+: .*nonsense/],
        ['[discord\n', /:1:\d+: /],
        ['[discord]\napi_base = "http://discord.example/api"\n', /:2:12: .*api_base/],
        ['[discord]\ntoken = "secret"\n', /:2:1: .*token/],
    ];
    for (const [text, words] of cases) {
        writeFileSync(bot.config, text);
        for (const verb of ['run', 'check', 'verify']) {
            const { code, err, out } = bot.run(verb);
            assert.equal(code, 2, `${text}: ${out}${err}`);
            assert.match(err, words);
            assert.ok(err.startsWith(`${bot.config}:`), err);
            assert.doesNotMatch(err, /secret/);
        }
    }
    writeFileSync(bot.config, good.replace('[storage]', '[storag]').replace('api_base', 'api_bas'));
    assert.match(bot.run('check').err, /storag[^]*api_bas|api_bas[^]*storag/, 'every mistake is named at once');
    rmSync(bot.config);
    assert.equal(bot.run('run').code, 2);
    assert.match(bot.run('run').err, /cannot be read/);
}));

test('without settings both places are named', { skip: existsSync('/etc/opsroom/config.toml') }, () => alone((bot) => {
    const { status, stderr } = spawnSync(program, ['check'], { cwd: bot.directory, encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /^config\.toml: cannot be read: No such file or directory; .*\n\/etc\/opsroom\/config\.toml: was looked for, too: No such file or directory\n$/);
    const named = spawnSync(program, ['check', '--config', 'none.toml'], { cwd: bot.directory, encoding: 'utf8' });
    assert.match(named.stderr, /^none\.toml: .*\n$/, 'nowhere else');
}));

test('words that make no sense: exit 2, what is wrong in one line, and where to read on', () => alone((bot) => {
    const cases = [
        [['no-such'], 'there is no command no-such'],
        [['check', 'twice'], 'cannot make sense of twice'],
        [['check', '--nonsense'], 'there is no option --nonsense'],
        [['check', '--online=yes'], 'nothing follows --online'],
        [['timeline'], 'which incident? Add --incident N to timeline'],
        [['timeline', '--incident', 'x'], "not an incident's number: x"],
        [['timeline', '--incident=0'], "not an incident's number: 0"],
        [['timeline', '--incident='], '--incident wants a number, such as 12'],
        // Who asks for it must not take what is printed for public.
        [['timeline', '--incident', '1', '--audience', 'public'], '--audience is not for timeline'],
        [['render', '--incident', '1', '--audience', 'all'], 'an audience is internal or public, not all'],
        [['probe'], 'which one? Name it after probe'],
        [['probe', 'front', 'page'], 'put a name with blanks into quotes; it is not clear what to do with page'],
    ];
    for (const [words, why] of cases) {
        assert.deepEqual(bot.run(...words), { code: 2, out: '', err: `opsroom: ${why}\n\`opsroom help\` says how it is used.\n` }, words.join(' '));
    }
    const last = spawnSync(program, ['verify', '--config'], { encoding: 'utf8' });
    assert.deepEqual([last.status, /^opsroom: --config wants a file\n/.test(last.stderr)], [2, true], last.stderr);
    assert.deepEqual(bot.run('check', '--help'), bot.run('help'));
    // A script whose variable is empty.
    assert.deepEqual(['probe', 'backup', 'restore'].map((verb) => bot.run(verb, '').err), ['probe', 'backup', 'restore'].map(
        (verb) => `opsroom: which one? Name it after ${verb}\n\`opsroom help\` says how it is used.\n`));
    assert.match(bot.run('timeline', '--incident=inc-1').err, /Cannot read .*opsroom\.db: No such file/);
}));

test('what cannot be printed is no success', () => alone((bot) => {
    const full = openSync('/dev/full', 'w');
    try {
        for (const words of [['commands'], ['table'], ['example'], ['version'], ['help'], ['check', '--config', bot.config]]) {
            const { status, stderr } = spawnSync(program, words, {
                stdio: ['ignore', full, 'pipe'], encoding: 'utf8', env: { ...process.env, DISCORD_TOKEN: 'x'.repeat(60) },
            });
            assert.equal(status, 1, `${words}: ${stderr}`);
            assert.match(stderr, /could be printed/, `${words}`);
        }
    } finally { closeSync(full); }
}));

test('a limit on the size of files is a full disk, not a death', () => alone((bot) => {
    const empty = spawnSync('sh', ['-c', 'ulimit -f 40; exec "$0" run --config "$1"', program, bot.config], {
        encoding: 'utf8', env: { ...process.env, DISCORD_TOKEN: 'x'.repeat(60) },
    });
    assert.deepEqual([empty.status, /cannot_start .*Cannot open .*opsroom\.db: (File too large \(disk I\/O error\)|No space left)/.test(empty.stderr)], [1, true], empty.stderr);
}));

test('check --online asks the repository', async () => {
    const place = new Place();
    try {
        const server = await place.https();
        place.repository('there.git');
        const secret = place.in('git.token');
        writeFileSync(secret, `${TOKEN}\n`, { mode: 0o600 });
        alone((bot) => {
            // Root may check: what it left in the bot's cache the bot could not write to.
            const aside = join(bot.directory, 'tmp');
            mkdirSync(aside);
            bot.env = { TMPDIR: aside };
            const online = (postmortem) => { bot.settle({ postmortem }); return bot.run('check', '--online'); };
            const good = { repository: server.url('there.git'), user: 'bot', token_file: secret, ca_file: server.auth.ca_file };
            const { code, out, err } = online(good);
            assert.equal(code, 0, err);
            assert.match(out, new RegExp(`there\\.git answers; main is at ${place.git('there.git', 'rev-parse', 'main').slice(0, 10)}\\.\nThe settings are fine`));
            assert.deepEqual([readdirSync(aside), existsSync(join(bot.directory, 'git-cache'))], [[], false]);
            const refused = online({ ...good, user: 'nobody' });
            assert.deepEqual([refused.code, /did not take the token\. .*See \[postmortem\] user and token_file\.\n$/.test(refused.err)], [2, true], refused.err);
            assert.match(online({ ...good, ca_file: place.in('none.pem') }).err, /postmortem\.ca_file: .*none\.pem cannot be read/);
            // A slip of the pen must not become a repository.
            const none = join(bot.directory, 'none.git');
            assert.deepEqual(online({ ...good, repository: none }), { code: 0, out: `${none} is not there; the first postmortem makes it.\nThe settings are fine.\n`, err: '' });
            assert.equal(existsSync(none), false);
            chmodSync(secret, 0o644);
            assert.match(online(good).err, /postmortem\.token_file: others may read .*chmod 600/);
            assert.match(online({ repository: 'git@localhost:blog.git' }).err, /postmortem\.ssh_key: is missing/);
            assert.match(online({ ...good, repository: 'https://x:y@localhost/x.git' }).err, /allowed is https:\/\/host\/path.*without a password/);
        });
    } finally {
        await place.close();
    }
});

test('check says what is wrong, and connects to nothing', () => alone((bot) => {
    const check = (env = {}) => { bot.env = env; return bot.run('check'); };
    assert.deepEqual(check(), { code: 0, out: 'The settings are fine.\n', err: '' });
    assert.match(check({ DISCORD_TOKEN: '' }).err, /no bot token: set discord.token_file, or the environment variable DISCORD_TOKEN/);
    assert.equal(check({ DISCORD_TOKEN: '' }).code, 2);
    assert.match(check({ DISCORD_TOKEN: 'Bot abcdefghijklmnopqrstuvwxyz' }).err, /a token is letters, digits/);

    const secret = join(bot.directory, 'token');
    writeFileSync(secret, 'y'.repeat(40));
    chmodSync(secret, 0o644);
    appendFileSync(bot.config, `[attachments]\nmax_bytes = 4096\n`);
    writeFileSync(bot.config, readFileSync(bot.config, 'utf8').replace('[discord]', `[discord]\ntoken_file = "${secret}"`));
    assert.match(check().err, /others may read .*chmod 600/);
    chmodSync(secret, 0o600);
    assert.equal(check().code, 0);

    const alert = join(bot.directory, 'alert'), credentials = join(bot.directory, 'credentials');
    writeFileSync(alert, 'z'.repeat(15), { mode: 0o600 });
    writeFileSync(credentials, 'nova:hunter2', { mode: 0o640 });
    appendFileSync(bot.config, settingsText({
        alert: [{ name: 'kuma', form: 'kuma', secret_file: alert }],
        probe: [{ name: 'page', kind: 'http', target: 'https://forum.example.org/', credentials_file: credentials }],
    }));
    const { err: secrets } = check();
    assert.match(secrets, /kuma: the secret in .*alert is not 16 to 200 characters long/);
    assert.match(secrets, /page: probe\.credentials_file: others may read .*chmod 600/);
    assert.doesNotMatch(secrets, /zzz|hunter2/);
    writeFileSync(alert, 'z'.repeat(16));
    chmodSync(credentials, 0o600);
    assert.equal(check().code, 0);

    const own = join(bot.directory, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'page.md'), '{{title}}\n\n{{#items}}{{titel}}{{/items}}\n');
    const fine = readFileSync(bot.config, 'utf8');
    writeFileSync(bot.config, fine.replace('[postmortem]', `[postmortem]\ntemplate = "${own}"`));
    const { code: refused, err: mistake } = check();
    assert.equal(refused, 2);
    assert.match(mistake, /\[postmortem\] template: .*own\/page\.md, line 3: there is no "titel" here; allowed here: number, text, line/);
    const started = bot.run('run');
    assert.deepEqual([started.code, started.err], [2, mistake]);
    writeFileSync(bot.config, fine);

    const settled = (settings) => { bot.settle(settings); return check().err; };
    const kept = { storage: bot.settings.storage, postmortem: bot.settings.postmortem, http: bot.settings.http };
    assert.match(settled({ storage: { path: join(bot.directory, 'none/opsroom.db') } }), /^opsroom: There is no folder .*none\. Create it, or change storage\.path\.\n$/);
    assert.equal(settled({ storage: { path: '/var/lib/opsroom/opsroom.db' } }), '', 'the unit makes it');
    assert.match(settled({ storage: kept.storage, postmortem: { repository: bot.directory } }), /is not a bare git repository/);
    assert.match(settled({ postmortem: kept.postmortem, http: { listen: '' }, alert: [{ name: 'kuma', form: 'kuma', secret_file: alert }] }), /alert: the alerts have nowhere to go; give \[http\] listen/);
    assert.equal(settled({ http: kept.http }), '');
    assert.match(settled({ discord: { ca_file: join(bot.directory, 'none.pem') } }), /^opsroom: discord: ca_file: .*none\.pem cannot be read: No such file or directory\n$/);
    assert.equal(settled({ discord: { ca_file: '' } }), '');
    // The listener wants it whatever the forge is.
    const hook = /forge\.webhook_secret_file: .*none\.secret cannot be read/;
    assert.match(settled({ forge: { webhook_secret_file: join(bot.directory, 'none.secret') } }), hook);
    assert.match(bot.run('run').err, hook);
    assert.equal(settled({ forge: { webhook_secret_file: '' } }), '');

    const key = (name, passphrase, form) => {
        const file = join(bot.directory, name);
        const { status, stderr } = spawnSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', passphrase, '-f', file, ...form], { encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        return file;
    };
    for (const [name, form] of [['openssh', []], ['pem', ['-m', 'PEM']], ['pkcs8', ['-m', 'PKCS8']]]) {
        assert.equal(settled({ postmortem: { ...kept.postmortem, signing_key: key(name, '', form) } }), '', name);
        assert.match(settled({ postmortem: { ...kept.postmortem, signing_key: key(`locked-${name}`, 'hunter2', form) } }), /postmortem\.signing_key: .*locked-.* has a passphrase/, name);
    }
    settled({ postmortem: { ...kept.postmortem, signing_key: '' } });

    writeFileSync(bot.database, 'This is no database, whatever it says.'.repeat(40));
    const { code, err } = check();
    assert.equal(code, 2);
    assert.match(err, /opsroom\.db/);
}));

// 2 is what the unit does not start again after: a file does not come by itself.
test('a file of the settings that is not there keeps it from starting: exit 2', () => alone((bot) => {
    const none = join(bot.directory, 'none'), token = join(bot.directory, 'token');
    const kept = { ...bot.settings };
    writeFileSync(token, 'y'.repeat(40), { mode: 0o600 });
    const cases = [
        [{ discord: { ...kept.discord, ca_file: none } }, /discord\.ca_file: .*none cannot be read/],
        [{ forge: { kind: 'gitea', api_base: 'http://127.0.0.1:1/api/v1', repository: 'a/b', token_file: token, ca_file: none } }, /forge\.ca_file: .*none cannot be read/],
        [{ postmortem: { signing_key: none } }, /postmortem\.signing_key: .*none cannot be read/],
        [{ forge: { kind: 'gitea', api_base: 'http://127.0.0.1:1/api/v1', repository: 'a/b', token_file: none } }, /forge\.token_file: .*none cannot be read/],
        [{ forge: { webhook_secret_file: none } }, /forge\.webhook_secret_file: .*none cannot be read/],
        [{ alert: [{ name: 'kuma', form: 'kuma', secret_file: none }] }, /alert\.secret_file: .*none cannot be read/],
    ];
    for (const [settings, words] of cases) {
        bot.settings = { ...kept };
        bot.settle(settings);
        const { code, err } = bot.run('run');
        assert.deepEqual([code, words.test(err)], [2, true], err);
        assert.equal(bot.run('check').code, 2);
    }
}));

// Root may, but for within a chroot whose root is no mount of its own.
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0;

test('check tells root what the service cannot read or find', { skip: !canMount && 'no mount namespaces here' }, () => alone((bot) => {
    const secret = (name, mode) => { const file = join(bot.directory, name); writeFileSync(file, 'y'.repeat(40), { mode }); return file; };
    const [token, alert] = [secret('token', 0o600), secret('alert', 0o600)];
    const users = join(bot.directory, 'passwd');
    writeFileSync(users, readFileSync('/etc/passwd', 'utf8').replace(/^opsroom:.*\n/m, ''));
    // In a mount namespace of its own the machine has other users.
    const check = () => {
        const words = ['--mount', 'sh', '-c', 'mount --bind "$0" /etc/passwd && cd "$1" && exec "$2" check --config "$3"', users, bot.directory, program, bot.config];
        const { status, stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8', env: { ...process.env, DISCORD_TOKEN: 'x'.repeat(60) } });
        return { code: status, out: stdout, err: stderr };
    };
    const fine = { code: 0, out: 'The settings are fine.\n', err: '' };
    bot.settle({ discord: { token_file: token }, storage: { path: 'opsroom.db' }, alert: [{ name: 'kuma', form: 'kuma', secret_file: alert }] });
    assert.deepEqual(check(), fine, 'no such user');
    appendFileSync(users, 'opsroom:x:65533:65533::/:/bin/false\n');
    const unread = (setting, file) => `opsroom: note: ${setting}: the service runs as the user opsroom, who cannot read ${file}. Put it into /etc/opsroom/secrets and write credential:NAME here.\n`;
    const elsewhere = (setting, path) => `opsroom: note: ${setting}: ${path} was looked for in ${bot.directory}; the service looks in /var/lib/opsroom. Write it with the whole path.\n`;
    assert.deepEqual(check(), { ...fine, err: `${unread('discord.token_file', token)}${elsewhere('storage.path', 'opsroom.db')}${unread('alert.secret_file', alert)}` });
    bot.settle({ storage: { path: bot.database } });
    for (const file of [token, alert]) chownSync(file, 65533, 65533);
    assert.deepEqual(check(), fine);
    mkdirSync(join(bot.directory, 'own'));
    writeFileSync(join(bot.directory, 'own/page.md'), '{{title}}\n');
    writeFileSync(join(bot.directory, 'ca.pem'), '');
    bot.settle({ discord: { token_file: token, ca_file: 'ca.pem' }, postmortem: { repository: 'pages.git', template: 'own', cache: 'fetched' } });
    const paths = [['discord.ca_file', 'ca.pem'], ['postmortem.repository', 'pages.git'], ['postmortem.template', 'own'], ['postmortem.cache', 'fetched']];
    assert.deepEqual(check(), { ...fine, err: paths.map(([setting, path]) => elsewhere(setting, path)).join('') });
    bot.settle({ discord: { token_file: token, ca_file: '' }, postmortem: { repository: 'https://git.example.org/pages.git', token_file: token, template: 'markdown', cache: '' } });
    assert.deepEqual(check(), fine);
}));

test('check finds a repository that its user may not write, there or to be made', () => alone((bot) => {
    // Root is a user like others without its capabilities.
    const plain = process.geteuid() === 0 ? ['setpriv', '--inh-caps=-all', '--bounding-set=-all'] : ['env'];
    const check = (repository) => {
        bot.settle({ postmortem: { repository } });
        const { stderr } = spawnSync(plain[0], [...plain.slice(1), program, 'check', '--config', bot.config], {
            encoding: 'utf8', env: { ...process.env, DISCORD_TOKEN: 'x'.repeat(60) },
        });
        return stderr;
    };
    const folder = join(bot.directory, 'git'), repository = join(folder, 'r.git');
    mkdirSync(folder);
    assert.equal(spawnSync('git', ['init', '-q', '--bare', repository]).status, 0);
    assert.equal(check(repository) + check(join(folder, 'none/x.git')), '');
    chmodSync(join(repository, 'objects'), 0o555);
    chmodSync(folder, 0o555);
    assert.match(check(repository), /^opsroom: \[postmortem\] repository: cannot write in .*r\.git\/objects: Permission denied\. Let the bot's user write there\.\n$/);
    assert.match(check(join(folder, 'none/x.git')), /cannot write in .*\/git: Permission denied/);
    chmodSync(folder, 0o755);
}));
