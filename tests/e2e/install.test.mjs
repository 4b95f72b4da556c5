// What `make install` and `make deb` put on a server agrees with the program.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

import { build, program } from './bot.mjs';

const run = (command, ...words) => {
    const { status, stdout, stderr } = spawnSync(command, words, { encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
};
const mode = (path) => (statSync(path).mode & 0o7777).toString(8);

test('make install: its settings are fine once there is a token, and stay when it is run again', () => {
    const root = mkdtempSync(join(tmpdir(), 'opsroom root-'));
    const install = (prefix = 'PREFIX=/opt/o') => run('make', '-s', '-o', 'all', 'install', `BUILD=${build}`, `DESTDIR=${root}`, prefix);
    try {
        const { code, err } = install();
        assert.equal(code, 0, err);
        assert.deepEqual(['opt/o/bin/opsroom', 'opt/o/libexec/opsroom/opsroom-git', 'opt/o/libexec/opsroom/opsroom-draw',
            'opt/o/share/man/man1/opsroom.1', 'opt/o/share/doc/opsroom/examples/hugo.md', 'etc/sysusers.d/opsroom.conf', 'etc/systemd/system/opsroom.service',
            'etc/opsroom/config.toml', 'etc/opsroom/secrets'].map((path) => mode(join(root, path))),
        ['755', '755', '755', '644', '644', '644', '644', '640', '700']);
        assert.match(readFileSync(join(root, 'etc/systemd/system/opsroom.service'), 'utf8'), /^ExecStart=\/opt\/o\/bin\/opsroom run /m);

        const settings = join(root, 'etc/opsroom/config.toml'), secrets = join(root, 'etc/opsroom/secrets');
        writeFileSync(join(secrets, 'token'), 'y'.repeat(40), { mode: 0o600 });
        const check = () => spawnSync(join(root, 'opt/o/bin/opsroom'), ['check', '--config', settings],
            { env: { CREDENTIALS_DIRECTORY: secrets, ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '' }, encoding: 'utf8' });
        assert.equal(check().stdout, 'The settings are fine.\n', check().stderr);
        // With a repository the helper is looked for, where it was installed.
        const text = readFileSync(settings, 'utf8').replace('repository = ""', `repository = "${root}/postmortems.git"`);
        writeFileSync(settings, text);
        assert.equal(check().stdout, 'The settings are fine.\n', check().stderr);
        assert.equal(install('prefix=/opt/p').code, 0);
        assert.equal(readFileSync(settings, 'utf8'), text);
        assert.equal(mode(join(root, 'opt/p/bin/opsroom')), '755');
        // Where systemd looks by itself, or where it is told to.
        assert.equal(install('prefix=/usr/local/').code, 0);
        assert.deepEqual(['usr/local/lib/sysusers.d/opsroom.conf', 'usr/local/lib/systemd/system/opsroom.service'].map((path) => mode(join(root, path))), ['644', '644']);
        assert.equal(install('UNITDIR=/u').code + install('SYSUSERSDIR=/s').code, 0);
        assert.deepEqual(['u/opsroom.service', 's/opsroom.conf'].map((path) => mode(join(root, path))), ['644', '644']);
    } finally {
        rmSync(root, { recursive: true });
    }
});

test('make without the headers says what installs them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'opsroom-bare-'));
    try {
        // As where nothing is installed: no package is known.
        const { status, stderr } = spawnSync('make', ['-s', `BUILD=${folder}/build`, 'all'],
            { encoding: 'utf8', env: { ...process.env, PKG_CONFIG_LIBDIR: folder, PKG_CONFIG_PATH: '' } });
        assert.equal(status, 2);
        assert.match(stderr, /^Not there, as pkg-config calls it: libwebsockets .* tomlplusplus\. On Debian 12 'make deps' installs it\.\n/);
        assert.doesNotMatch(stderr, /fatal error/);
    } finally {
        rmSync(folder, { recursive: true });
    }
    assert.match(run('make', 'help').out, /^make deps /m);
    for (const file of ['README.md', 'CONTRIBUTING.md']) assert.match(readFileSync(file, 'utf8'), /`make deps`/, file);
});

test('a server that the tests need is not started with the machine, if it was not before', () => {
    const root = mkdtempSync(join(tmpdir(), 'opsroom-root-'));
    const services = (...words) => {
        const { status, stdout, stderr } = spawnSync('tests/tools/services', words, { encoding: 'utf8', env: { ...process.env, ROOT: root } });
        assert.deepEqual([status, stderr], [0, ''], words.join(' '));
        return stdout;
    };
    const add = (unit) => {
        writeFileSync(join(root, 'lib/systemd/system', unit.replace(/@.*\./, '@.')), '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n');
        symlinkSync(`/lib/systemd/system/${unit}`, join(root, 'etc/systemd/system/multi-user.target.wants', unit));
    };
    try {
        for (const folder of ['lib/systemd/system', 'etc/systemd/system/multi-user.target.wants', 'var/lib/dpkg/info']) mkdirSync(join(root, folder), { recursive: true });
        add('ssh.service');
        const before = join(root, 'before');
        writeFileSync(before, services('list'));
        for (const unit of ['nginx.service', 'prometheus.service', 'systemd-pstore.service', 'getty@tty1.service']) add(unit);
        writeFileSync(join(root, 'var/lib/dpkg/info/systemd.list'), '/lib/systemd/system/getty@.service\n/lib/systemd/system/systemd-pstore.service\n');
        services('leave-off', before);
        assert.equal(services('list'), 'getty@tty1.service\nssh.service\nsystemd-pstore.service\n');
    } finally {
        rmSync(root, { recursive: true });
    }
    const install = readFileSync('tests/tools/install', 'utf8');
    const at = (text) => { assert.ok(install.includes(text), text); return install.indexOf(text); };
    assert.ok(at('tests/tools/services list') < at('trap tidy EXIT') && at('trap tidy EXIT') < at('apt-get -y -q'));
});

test('the unit is valid and its sandbox is tight', () => {
    const { out, err, code } = run('systemd-analyze', 'security', '--offline=true', '--no-pager', 'bot/dist/opsroom.service');
    assert.equal(code, 0, err);
    const exposure = Number(/Overall exposure level for opsroom\.service: ([\d.]+)/.exec(out)[1]);
    assert.ok(exposure < 2, `exposure ${exposure}`);
    // Whatever it does not know it names; that the program is not installed here does not matter.
    assert.doesNotMatch(run('systemd-analyze', 'verify', 'bot/dist/opsroom.service').err, /opsroom\.service:\d+:/);
});

test('the service waits for a secret, whatever its name', () => {
    const folder = mkdtempSync(join(tmpdir(), 'opsroom-secrets-'));
    const conditions = [...readFileSync('bot/dist/opsroom.service', 'utf8').matchAll(/^Condition.*$/gm)]
        .map(([line]) => line.replace('/etc/opsroom/secrets', folder));
    const starts = () => run('systemd-analyze', 'condition', ...conditions).code === 0;
    try {
        assert.equal(conditions.length, 1);
        assert.equal(starts(), false);
        writeFileSync(join(folder, 'bot-token'), 'y'.repeat(40)); // token_file = "credential:bot-token"
        assert.equal(starts(), true);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test('a helper that takes too much memory ends alone', () => {
    const unit = readFileSync('bot/dist/opsroom.service', 'utf8');
    // Else systemd stops all of the service: DefaultOOMPolicy=stop.
    assert.deepEqual([/^MemoryMax=/m.test(unit), /^OOMPolicy=(.*)$/m.exec(unit)?.[1]], [true, 'continue']);
});

test('the sandbox lets through what fences opsroom-git off', () => {
    /** Names of calls, "@group" being all of a group. */
    const calls = (word) => (!word.startsWith('@') ? [word]
        : run('systemd-analyze', 'syscall-filter', '--no-pager', word).out.split('\n').slice(1)
            .map((line) => line.trim()).filter((line) => line && !line.startsWith('#')).flatMap(calls));
    const allowed = new Set(calls('@default'));
    for (const [, not, words] of readFileSync('bot/dist/opsroom.service', 'utf8').matchAll(/^SystemCallFilter=(~?)(.+)$/gm))
        for (const call of words.split(' ').flatMap(calls)) not ? allowed.delete(call) : allowed.add(call);
    assert.ok(allowed.has('openat') && !allowed.has('mount'));
    const asked = [...readFileSync('bot/helpers/git_fence.c', 'utf8').matchAll(/SYS_(\w+)/g)].map(([, call]) => call);
    assert.deepEqual([...new Set(asked)].filter((call) => !allowed.has(call)), []);
    assert.ok(asked.includes('landlock_restrict_self'));
});

test('the man page, the usage, the exit codes and the package agree', () => {
    const page = readFileSync('bot/dist/opsroom.1', 'utf8'), usage = run(program, 'help').out;
    const plain = page.replace(/\\f[A-Z]/g, '').replaceAll('\\-', '-');
    const verbs = [...usage.matchAll(/^ {2}opsroom (.+?)(?: {2}|$)/gm)].flatMap(([, words]) => words.split(' | ').map((one) => one.split(' ')[0]));
    assert.ok(verbs.length > 10, usage);
    for (const verb of verbs) assert.match(plain, new RegExp(`^\\.B[RI]? .*\\b${verb}\\b`, 'm'));
    for (const [option] of usage.matchAll(/--[a-z]+/g)) assert.ok(plain.includes(option), option);
    const prevented = /^RestartPreventExitStatus=(.*)$/m.exec(readFileSync('bot/dist/opsroom.service', 'utf8'))[1].split(' ');
    for (const code of prevented) assert.match(page, new RegExp(`^\\.B ${code}$`, 'm'));

    const version = /opsroom (\S+)/.exec(run(program, 'version').out)[1];
    assert.equal(/^opsroom \((.+?)\)/.exec(readFileSync('bot/dist/debian/changelog', 'utf8'))[1], version);
    assert.ok(page.startsWith('.TH OPSROOM 1 ') && page.split('\n')[0].includes(`"opsroom ${version}"`));
});

test('the guide of the package links no picture, and says what they show', () => {
    const [, script] = /^\tsed -i '(.*)' \S*GUIDE\.md$/m.exec(readFileSync('bot/dist/debian/rules', 'utf8'));
    const { code, out, err } = run('sed', script.replaceAll('$$', '$'), 'GUIDE.md');
    assert.equal(code, 0, err);
    assert.doesNotMatch(out, /\]\(tests/);
    assert.match(out, /^\*The live room: the card, and the entries in order\.\*$/m);
});
