// The real binary as a child: written settings, collected log, kill and restart.
// Which build: $OPSROOM_BUILD (default build/san, what `make check` makes). Under
// what: $OPSROOM_UNDER ("valgrind --leak-check=full"), which may make it slow.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';

export const build = resolve(process.env.OPSROOM_BUILD ?? 'build/san');
export const program = join(build, 'opsroom');
const under = process.env.OPSROOM_UNDER?.split(' ') ?? [];
/** For the stand-in: its people wait for a bot that is slowed down. */
export const patience = under.length > 0 ? { ackDeadline: 60_000, patience: 120_000 } : {};

const toml = (value) => (Array.isArray(value) ? `[${value.map(toml).join(', ')}]` : JSON.stringify(value));

const table = (header, keys) => `${header}\n${Object.entries(keys).map(([key, value]) => `${key} = ${toml(value)}\n`).join('')}`;

/** {storage: {path: 'x'}, probe: [{name: 'y'}]} as TOML. */
export function settingsText(settings) {
    return Object.entries(settings).flatMap(([section, keys]) => (
        Array.isArray(keys) ? keys.map((one) => table(`[[${section}]]`, one)) : table(`[${section}]`, keys))).join('\n');
}

export class Bot {
    /** `settings` are laid over what a test needs; `directory` is made and removed unless given. */
    constructor(standin, { settings = {}, directory, env = {} } = {}) {
        this.standin = standin;
        this.keep = Boolean(directory);
        this.directory = directory ?? mkdtempSync(join(tmpdir(), 'opsroom-'));
        mkdirSync(this.directory, { recursive: true });
        this.env = env;
        this.log = '';
        this.readers = new Set();
        this.config = join(this.directory, 'opsroom.toml');
        this.database = join(this.directory, 'opsroom.db');
        this.repository = join(this.directory, 'postmortems.git');
        const base = {
            discord: { api_base: standin?.apiBase ?? 'http://127.0.0.1:9/api/v10' },
            storage: { path: this.database },
            postmortem: { repository: this.repository, author_name: 'opsroom', author_email: 'opsroom@example.org' },
            http: { listen: '127.0.0.1:0' },
        };
        this.settings = base;
        this.settle(settings);
    }

    /** Other settings, for the next start. */
    settle(settings) {
        for (const [section, keys] of Object.entries(settings)) this.settings[section] = Array.isArray(keys) ? keys : { ...this.settings[section], ...keys };
        writeFileSync(this.config, settingsText(this.settings));
    }

    /** Starts it; resolves when it can be talked to. */
    async start({ ready = true } = {}) {
        const [first, ...words] = [...under, program, 'run', '--config', this.config];
        this.child = spawn(first, words, {
            env: { PATH: process.env.PATH, DISCORD_TOKEN: this.standin?.token ?? '', ASAN_OPTIONS: process.env.ASAN_OPTIONS ?? '', ...this.env },
            stdio: ['ignore', 'ignore', 'pipe'],
        });
        this.exited = new Promise((done) => { this.child.once('close', (code, signal) => done({ code, signal })); }); // its last words are read, too
        this.child.stderr.setEncoding('utf8').on('data', (text) => {
            this.log += text;
            for (const reader of [...this.readers]) reader();
        });
        if (!ready) return this;
        await Promise.race([
            this.standin.botReady(under.length > 0 ? 120_000 : 20_000),
            this.exited.then(({ code, signal }) => { throw new Error(`the bot ended (${code ?? signal}) before it was ready:\n${this.log}`); }),
        ]);
        return this;
    }

    get running() { return Boolean(this.child) && this.child.exitCode === null && this.child.signalCode === null; }

    /** Resolves with the match once the log, from character `from` on, has it. */
    logged(pattern, { from = 0, guardMs = 10_000 } = {}) {
        return new Promise((resolve, reject) => {
            const settle = () => { this.readers.delete(look); clearTimeout(guard); };
            const look = () => {
                const match = pattern.exec(this.log.slice(from));
                if (match) { settle(); resolve(match); }
            };
            const guard = setTimeout(() => { settle(); reject(new Error(`waited ${guardMs} ms in vain for ${pattern} in the log`)); }, guardMs);
            this.readers.add(look);
            look();
        });
    }

    /** SIGTERM; resolves with {code, signal}. */
    stop() { this.child.kill('SIGTERM'); return this.exited; }
    /** kill -9. */
    kill() { this.child.kill('SIGKILL'); return this.exited; }

    /** Another subcommand on the same settings: {code, out, err}. */
    run(...words) {
        const { status, stdout, stderr } = spawnSync(program, [...words, '--config', this.config], {
            env: { PATH: process.env.PATH, DISCORD_TOKEN: this.standin?.token ?? 'x'.repeat(30), ...this.env }, encoding: 'utf8',
            timeout: 60_000, // it should have left, and runs
        });
        return { code: status, out: stdout, err: stderr };
    }

    record(incident = 1) { return JSON.parse(this.run('timeline', '--incident', String(incident), '--json').out); }

    async close() {
        if (this.running) await this.stop();
        if (!this.keep) rmSync(this.directory, { recursive: true, force: true });
    }
}

/** git in the postmortem repository: its standard output. */
export function git(repository, ...words) {
    const { status, stdout, stderr } = spawnSync('git', ['-C', repository, ...words], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${words.join(' ')}: ${stderr}`);
    return stdout;
}

/** A committed page as `opsroom render` prints it: without what tells people's edits apart. */
export const asRendered = (page) => page.replace(/^<!-- opsroom:page sha256=\w+ -->\n/m, '').replace(/^(<!--|#)( opsroom:begin [\w-]+) sha256=\w+/gm, '$1$2');
