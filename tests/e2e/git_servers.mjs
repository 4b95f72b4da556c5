// Real git servers on this machine: nginx with git's http backend behind TLS and
// a password, and sshd as the user who runs the tests. And opsroom-git itself,
// as the bot runs it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { build } from './bot.mjs';

export const helper = join(build, 'opsroom-git');
export const TOKEN = 'glpat-qzxTheTokenOfTheTests';
export const PAGE_PATH = 'content/2022-12-13-slow/index.md';
export const BRANCH = 'postmortem/2022-12-13-slow';
const AUTHOR = { GIT_AUTHOR_NAME: 'quill', GIT_AUTHOR_EMAIL: 'quill@example.org', GIT_COMMITTER_NAME: 'quill', GIT_COMMITTER_EMAIL: 'quill@example.org' };

/** Runs a program to its end: its standard output. */
export function run(program, words, { cwd, input, env = {} } = {}) {
    const { status, stdout, stderr, error } = spawnSync(program, words, { cwd, input, env: { PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'gc.auto', GIT_CONFIG_VALUE_0: '0', ...AUTHOR, ...env }, encoding: 'utf8', maxBuffer: 64 << 20 });
    assert.equal(status, 0, `${program} ${words.join(' ')}: ${error ?? stderr}`);
    return stdout;
}

const freePort = () => new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)); });
});

/** Until somebody listens there. */
async function listening(where, child, said) {
    for (;;) {
        if (child.exitCode !== null) throw new Error(`the server ended: ${said()}`);
        const there = await new Promise((resolve) => {
            const socket = connect(where, () => { socket.destroy(); resolve(true); }).on('error', () => resolve(false));
        });
        if (there) return;
        await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
}

/** A folder with a certificate authority, an ssh key and bare repositories; `close` ends what was started. */
export class Place {
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), 'opsroom-git-'));
        this.children = [];
        this.open = [];
        mkdirSync(this.in('repos'));
    }

    in(...names) { return join(this.folder, ...names); }

    async close() {
        for (const server of this.open) server.close();
        await Promise.all(this.children.map((child) => new Promise((done) => {
            if (child.exitCode !== null || child.signalCode !== null) { done(); return; }
            child.once('exit', done);
            process.kill(-child.pid, 'SIGTERM');
        })));
        rmSync(this.folder, { recursive: true, force: true });
    }

    async #serve(program, words, where) {
        let said = '';
        const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: '1' } }); // a group of its own, to end all of it
        for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { said += text; });
        child.on('error', (error) => { said += error; });
        this.children.push(child);
        await listening(where, child, () => said);
        return () => said;
    }

    // ---- repositories ----

    git(name, ...words) { return run('git', ['-C', this.in('repos', name), ...words]).trim(); }

    /** A bare repository; `files` on its main branch ({} : empty, no branch). */
    repository(name, files = { README: 'readme\n' }) {
        run('git', ['init', '-q', '--bare', '-b', 'main', this.in('repos', name)]);
        if (Object.keys(files).length) this.commit(name, 'main', files, 'First');
        return this.in('repos', name);
    }

    /** A person's commit on a branch: {path: text, or null to remove}. */
    commit(name, branch, files, message, { from } = {}) {
        const work = mkdtempSync(this.in('work-'));
        run('git', ['clone', '-q', this.in('repos', name), work]);
        if (this.branches(name).includes(from ?? branch)) run('git', ['checkout', '-q', '-B', branch, `origin/${from ?? branch}`], { cwd: work });
        else run('git', ['checkout', '-q', '--orphan', branch], { cwd: work });
        for (const [path, text] of Object.entries(files)) {
            if (text === null) { rmSync(join(work, path)); continue; }
            mkdirSync(join(work, path, '..'), { recursive: true });
            writeFileSync(join(work, path), text);
        }
        run('git', ['add', '-A', '.'], { cwd: work });
        run('git', ['commit', '-qm', message], { cwd: work });
        run('git', ['push', '-q', 'origin', `HEAD:refs/heads/${branch}`], { cwd: work });
        rmSync(work, { recursive: true });
        return this.git(name, 'rev-parse', branch);
    }

    branches(name) { return this.git(name, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n').filter(Boolean); }
    page(name, branch = BRANCH, path = PAGE_PATH) { return this.git(name, 'show', `${branch}:${path}`); }
    /** Commits of the branch that main has not. */
    count(name, branch = BRANCH) { return Number(this.git(name, 'rev-list', '--count', ...(this.branches(name).includes('main') ? [`main..${branch}`] : [branch]))); }

    hook(name, hook, script) {
        const file = this.in('repos', name, 'hooks', hook);
        mkdirSync(join(file, '..'), { recursive: true });
        writeFileSync(file, `#!/bin/sh\n${script}\n`);
        chmodSync(file, 0o755);
    }

    // ---- servers ----

    /** {file, key} of a certificate for `name` by an authority of its own: {ca}. */
    certificate(name, ca = 'ca') {
        const openssl = (...words) => run('openssl', words, { cwd: this.folder });
        if (!existsSync(this.in(`${ca}.pem`))) openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${ca}`, '-keyout', `${ca}.key`, '-out', `${ca}.pem`);
        openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', `${ca}-${name}.key`, '-out', `${ca}-${name}.csr`);
        openssl('x509', '-req', '-in', `${ca}-${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy', '-out', `${ca}-${name}.pem`);
        return { file: this.in(`${ca}-${name}.pem`), key: this.in(`${ca}-${name}.key`), ca: this.in(`${ca}.pem`) };
    }

    /** https://localhost:PORT in front of the repositories. TLS by `certificate`; the user is "bot". */
    async https({ certificate = this.certificate('localhost') } = {}) {
        const port = await freePort();
        const mark = `nginx-${port}`;
        const socket = this.in(`${mark}.socket`);
        const backend = join(run('git', ['--exec-path']).trim(), 'git-http-backend');
        writeFileSync(this.in(`${mark}.users`), `bot:{PLAIN}${TOKEN}\n`);
        const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${this.in(`${mark}-${what}`)};`).join('\n');
        writeFileSync(this.in(`${mark}.conf`), `${process.getuid() === 0 ? 'user root;' : ''}
            daemon off; worker_processes 1; pid ${this.in(`${mark}.pid`)}; error_log ${this.in(`${mark}.log`)};
            events {}
            http {
                access_log ${this.in(`${mark}.access`)};
                ${temporary}
                server {
                    listen 127.0.0.1:${port} ssl;
                    server_name localhost;
                    ssl_certificate ${certificate.file};
                    ssl_certificate_key ${certificate.key};
                    auth_basic git;
                    auth_basic_user_file ${this.in(`${mark}.users`)};
                    client_max_body_size 64m;
                    location / {
                        fastcgi_pass unix:${socket};
                        fastcgi_param REQUEST_METHOD $request_method;
                        fastcgi_param QUERY_STRING $query_string;
                        fastcgi_param CONTENT_TYPE $content_type;
                        fastcgi_param CONTENT_LENGTH $content_length;
                        fastcgi_param SCRIPT_FILENAME ${backend};
                        fastcgi_param GIT_PROJECT_ROOT ${this.in('repos')};
                        fastcgi_param GIT_HTTP_EXPORT_ALL "";
                        fastcgi_param PATH_INFO $uri;
                        fastcgi_param REMOTE_USER $remote_user;
                    }
                }
            }`);
        await this.#serve('/usr/sbin/fcgiwrap', ['-c', '2', '-s', `unix:${socket}`], socket);
        await this.#serve('/usr/sbin/nginx', ['-c', this.in(`${mark}.conf`), '-e', this.in(`${mark}.log`)], { port, host: '127.0.0.1' });
        return {
            url: (name) => `https://localhost:${port}/${name}`,
            auth: { user: 'bot', token: TOKEN, ca_file: certificate.ca },
            said: () => ['log', 'access'].map((kind) => readFileSync(this.in(`${mark}.${kind}`), 'utf8')).join(''),
        };
    }

    key(name, type = 'ed25519') {
        run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', this.in(name)]);
        return this.in(name);
    }

    async sshd() {
        const port = await freePort();
        const [host, client] = [this.key(`host-${port}`), this.key(`client-${port}`)];
        const { username, uid } = userInfo();
        if (uid === 0) mkdirSync('/run/sshd', { recursive: true }); // sshd insists when it is root
        writeFileSync(this.in(`sshd-${port}.conf`), [
            `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${host}`, `AuthorizedKeysFile ${client}.pub`, 'PidFile none', 'StrictModes no',
            'UsePAM no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin yes', `AllowUsers ${username}`, ''].join('\n'));
        const said = await this.#serve('/usr/sbin/sshd', ['-D', '-e', '-f', this.in(`sshd-${port}.conf`)], { port, host: '127.0.0.1' });
        return {
            url: (name) => `ssh://${username}@localhost:${port}${this.in('repos', name)}`,
            auth: { ssh_key: client, host_key: run('ssh-keygen', ['-lf', `${host}.pub`]).split(' ')[1] },
            allow: (key) => writeFileSync(`${client}.pub`, readFileSync(`${client}.pub`, 'utf8') + readFileSync(`${key}.pub`, 'utf8')),
            port, said,
        };
    }

    /** Takes connections and says nothing: {port, taken: resolves at the first}. */
    async silent() {
        const server = createServer();
        const sockets = new Set();
        const taken = new Promise((resolve) => { server.on('connection', (socket) => { sockets.add(socket.on('error', () => {})); resolve(); }); });
        const { port } = await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address())); });
        this.open.push({ close: () => { for (const socket of sockets) socket.destroy(); server.close(); } });
        return { port, taken };
    }

    // ---- opsroom-git ----

    job(repository, changes = {}) {
        return {
            repository, base: 'main', branch: `${BRANCH}{n}`, path: 'content/2022-12-13-slow{n}/index.md', mark: '<!-- opsroom: INC-1 -->',
            content: page('one'), message: 'postmortem: Slow (INC-1)\n', author_name: 'opsroom', author_email: 'opsroom@example.org', time: 1670958960,
            cache: this.in('cache'), timeout_ms: 60_000, ...changes,
        };
    }

    /** As the bot starts it; {child, ended: {code, signal, out, err}}. */
    start(job, { env = { PATH: '/usr/bin:/bin' }, stdio = [] } = {}) {
        const child = spawn(helper, [], { env, stdio: ['pipe', 'pipe', 'pipe', ...stdio], cwd: this.folder });
        const said = { out: '', err: '' };
        child.stdout.setEncoding('utf8').on('data', (text) => { said.out += text; });
        child.stderr.setEncoding('utf8').on('data', (text) => { said.err += text; });
        child.stdin.on('error', () => {}).end(JSON.stringify(job));
        const ended = new Promise((resolve) => { child.once('close', (code, signal) => resolve({ code, signal, ...said })); });
        return { child, ended };
    }

    /** The result of a job that goes well. */
    async done(job) {
        const { code, out, err } = await this.start(job).ended;
        assert.equal(code, 0, out + err);
        assert.equal(err, '');
        assert.ok(!out.includes(TOKEN));
        return JSON.parse(out);
    }

    /** {error, reason, retry} of one that does not. */
    async fails(job) {
        const { code, out, err } = await this.start(job).ended;
        assert.equal(code, 1, out + err);
        assert.equal(err, '');
        assert.ok(!out.includes(TOKEN));
        return JSON.parse(out);
    }
}

/** A page as the bot renders it, with one block. */
export const page = (timeline, mark = 'INC-1') => `# Slow

<!-- opsroom:begin timeline -->
- ${timeline}
<!-- opsroom:end timeline -->

**To be written.**

<!-- opsroom: ${mark} -->
`;
