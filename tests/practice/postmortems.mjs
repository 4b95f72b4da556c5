// The team's postmortem repository: which pages it holds, and one of them as
// safe HTML. cmark-gfm leaves out raw HTML and dangerous links by itself.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BRANCHES = 'refs/heads/postmortem';
const TYPES = { png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', svg: 'image/svg+xml', txt: 'text/plain; charset=utf-8', log: 'text/plain; charset=utf-8' };
// What the template writes above a private incident's page.
const PRIVATE = /^\*\*Private: for the responders only\.\*\*$/m;
const MAX_BYTES = 16 * 1024 * 1024;

export class Postmortems {
    constructor(repository) {
        this.repository = repository;
        this.list = []; // {branch, commit, path, title, limited}, oldest first
        this.known = '';
    }

    async #git(...words) {
        const { stdout } = await run('git', ['-C', this.repository, ...words], { encoding: 'buffer', maxBuffer: MAX_BYTES });
        return stdout;
    }

    /** Looks again; true when the list is another one. */
    async refresh() {
        if (!existsSync(this.repository)) return false;
        const refs = String(await this.#git('for-each-ref', '--sort=creatordate', '--format=%(objectname) %(refname:short)', BRANCHES));
        if (refs === this.known) return false;
        const lines = refs.trim().split('\n').filter(Boolean);
        this.list = (await Promise.all(lines.map((line) => this.#page(...line.split(' '))))).filter(Boolean);
        this.known = refs;
        return true;
    }

    async #page(commit, branch) {
        const names = String(await this.#git('ls-tree', '-r', '--name-only', '-z', commit)).split('\0');
        const path = names.find((name) => name.endsWith('/index.md')) ?? names.find((name) => name.endsWith('.md'));
        if (!path) return null;
        const { title, body } = split(String(await this.#git('show', `${commit}:${path}`)));
        return { branch, commit, path, title: title ?? path, limited: PRIVATE.test(body) };
    }

    find(branch) { return this.list.find((page) => page.branch === branch); }

    /** {title, date, html, path, branch, commit} of a branch's page, or null. */
    async page(branch) {
        const page = this.find(branch);
        if (!page) return null;
        const { front, title, body } = split(String(await this.#git('show', `${page.commit}:${page.path}`)));
        return { ...page, title, date: front.date, html: await render(body) };
    }

    /** {type, bytes} of a file beside a branch's page, or null. */
    async file(branch, name) {
        const page = this.find(branch);
        const type = TYPES[name.split('.').pop().toLowerCase()] ?? 'application/octet-stream';
        if (!page || name.includes('..')) return null;
        try {
            return { type, bytes: await this.#git('show', `${page.commit}:${page.path.replace(/[^/]*$/, '')}${name}`) };
        } catch {
            return null;
        }
    }
}

/** Front matter and body; the front matter's strings are JSON's. */
function split(text) {
    const [, head = '', body = text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
    const front = Object.fromEntries([...head.matchAll(/^(\w+): (.*)$/gm)].map(([, key, value]) => [key, plain(value)]));
    return { front, title: front.title, body };
}

function plain(value) {
    try { return String(JSON.parse(value)); } catch { return value; }
}

function render(markdown) {
    return new Promise((resolve, reject) => {
        const child = execFile('cmark-gfm', ['-e', 'table', '-e', 'strikethrough', '-e', 'autolink', '-e', 'tagfilter', '--validate-utf8'],
            { maxBuffer: MAX_BYTES }, (error, html) => (error ? reject(error) : resolve(html)));
        child.stdin.end(markdown);
    });
}
