// The page's server, on loopback only: static files, what a person sees as
// server-sent events, what a person does as POSTs of JSON.

import { readFile } from 'node:fs/promises';
import http from 'node:http';

import { ClientRefused } from '../discord/standin.mjs';
import { ApiError } from '../discord/errors.mjs';
import { ActRefused } from './acts.mjs';
import { postmortemPage } from './postmortem_page.mjs';

const page = new URL('./page/', import.meta.url);
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', mjs: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' };
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const MAX_BODY = 40 * 1024 * 1024;
const GATHER_MS = 12; // changes of one turn of the bot become one event

const HEADERS = {
    'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin', 'cache-control': 'no-store',
};

class Failure extends Error {
    constructor(status, words) { super(words); this.status = status; }
}

export class PageServer {
    constructor(room) {
        this.room = room;
        this.viewers = new Set(); // {person, channel, response, sent}
        this.server = http.createServer((request, response) => this.#handle(request, response));
        room.standin.world.waiting.add(() => this.changed());
    }

    listen(port) {
        return new Promise((resolve, reject) => {
            this.server.once('error', reject);
            this.server.listen(port, '127.0.0.1', resolve);
        });
    }

    get address() { return `http://127.0.0.1:${this.server.address().port}/`; }

    close() {
        clearTimeout(this.timer);
        this.closed = true;
        for (const { response } of this.viewers) response.end();
        return new Promise((resolve) => { this.server.close(resolve); this.server.closeAllConnections?.(); });
    }

    // ---- what people see ----

    /** Something may have changed: tells every viewer soon. */
    changed() {
        if (this.closed) return;
        this.timer ??= setTimeout(() => { this.timer = null; this.#tellAll(); this.#lookForPostmortems(); }, GATHER_MS);
    }

    #tellAll() { for (const viewer of this.viewers) this.#tell(viewer); }

    #tell(viewer) {
        const { view } = this.room;
        const events = { commands: view.commands(viewer.person, viewer.channel), view: view.of(viewer.person, viewer.channel) };
        for (const [name, data] of Object.entries(events)) {
            const text = JSON.stringify(data);
            if (viewer.sent[name] === text) continue;
            viewer.sent[name] = text;
            viewer.response.write(`event: ${name}\ndata: ${text}\n\n`);
        }
    }

    async #lookForPostmortems() {
        if (this.looking) { this.lookAgain = true; return; }
        this.looking = true;
        do {
            this.lookAgain = false;
            // A half-made repository is looked at again after the next change.
            if (await this.room.postmortems.refresh().catch(() => false)) this.#tellAll();
        } while (this.lookAgain && !this.closed);
        this.looking = false;
    }

    #watch(request, response, query) {
        response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
        const viewer = { person: this.#person(query.get('as')), channel: query.get('room'), response, sent: {} };
        this.viewers.add(viewer);
        request.on('close', () => this.viewers.delete(viewer));
        this.#tell(viewer);
        this.changed();
    }

    // ---- requests ----

    async #handle(request, response) {
        try {
            this.#guard(request);
            const url = new URL(request.url, this.address);
            const path = url.pathname;
            if (request.method === 'POST' && path.startsWith('/act/')) this.#json(response, await this.#act(path.slice(5), request));
            else if (request.method !== 'GET') throw new Failure(405, 'GET, or POST to /act/.');
            else if (path === '/events') this.#watch(request, response, url.searchParams);
            else if (path.startsWith('/files/')) this.#file(response, path, url.searchParams);
            else if (path.startsWith('/postmortem/')) await this.#postmortem(response, path);
            else await this.#static(response, path);
        } catch (error) {
            if (!(error instanceof Failure)) console.error(error);
            if (!response.headersSent) this.#json(response, { error: error instanceof Failure ? error.message : 'That failed; the terminal says why.' }, error.status ?? 500);
            else response.end();
        }
    }

    /** A page elsewhere may not talk to us, by whatever name it calls us. */
    #guard(request) {
        const { port } = this.server.address();
        const own = [`127.0.0.1:${port}`, `localhost:${port}`];
        if (!own.includes(request.headers.host)) throw new Failure(421, 'The practice room answers on 127.0.0.1 only.');
        const { origin } = request.headers;
        if (origin && !own.some((host) => origin === `http://${host}`)) throw new Failure(403, 'Another page may not do that.');
        if (request.method === 'POST' && !/^application\/json\b/.test(request.headers['content-type'] ?? '')) throw new Failure(415, 'JSON, please.');
    }

    #person(id) {
        const member = this.room.guild.members.get(id) ?? [...this.room.guild.members.values()].find((one) => one.user.name === id);
        return this.room.standin.world.person(member && !member.user.bot ? member : this.room.guild.memberNamed('nova'));
    }

    async #act(name, request) {
        const body = await bodyOf(request);
        if (name !== 'dismiss' && !this.room.acts.knows(name)) missing();
        try {
            if (name === 'dismiss') { this.room.view.dismissed.add(body.message); return {}; }
            return await this.room.acts.run(name, this.#person(body.as), body);
        } catch (error) {
            if (error instanceof ActRefused || error instanceof ClientRefused || error instanceof ApiError) return { error: sentence(error.message) };
            throw error;
        } finally {
            this.changed();
        }
    }

    #json(response, body, status = 200) {
        response.writeHead(status, { ...HEADERS, 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
    }

    #file(response, path, query) {
        const { standin, view } = this.room;
        const file = standin.files.find(path.replace('/files/', '/attachments/'));
        const channel = standin.world.channels.get(path.split('/')[2]);
        if (!file || !channel || !view.sees(this.#person(query.get('as')), channel)) throw new Failure(404, 'There is no such file.');
        const kind = PICTURES.has(file.type) ? { 'content-type': file.type }
            : { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}` };
        response.writeHead(200, { ...HEADERS, ...kind });
        response.end(file.bytes);
    }

    async #postmortem(response, path) {
        const [as, branch, name] = path.slice('/postmortem/'.length).split('/').map(decoded);
        const { postmortems, view } = this.room;
        if (!view.mayRead(this.#person(as), postmortems.find(branch) ?? missing())) missing();
        if (name) {
            const file = await postmortems.file(branch, name) ?? missing();
            response.writeHead(200, { ...HEADERS, 'content-type': file.type });
            response.end(file.bytes);
            return;
        }
        const found = await postmortems.page(branch) ?? missing();
        response.writeHead(200, { ...HEADERS, 'content-type': TYPES.html });
        response.end(postmortemPage(found));
    }

    async #static(response, path) {
        const name = path === '/' ? 'index.html' : path.slice(1);
        const type = /^[a-z_]+\.(html|css|mjs|svg)$/.test(name) && TYPES[name.split('.').pop()];
        const bytes = type && await readFile(new URL(name, page)).catch(() => null);
        if (!bytes) missing();
        response.writeHead(200, { ...HEADERS, 'content-type': type });
        response.end(bytes);
    }
}

function decoded(part) {
    try { return decodeURIComponent(part); } catch { throw new Failure(400, 'That is no address.'); }
}

const missing = () => { throw new Failure(404, 'There is nothing here.'); };

const sentence = (words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;

async function bodyOf(request) {
    const chunks = [];
    let length = 0;
    for await (const chunk of request) {
        length += chunk.length;
        if (length > MAX_BODY) throw new Failure(413, 'That is too large.');
        chunks.push(chunk);
    }
    try {
        return JSON.parse(String(Buffer.concat(chunks)) || '{}');
    } catch {
        throw new Failure(400, 'That is no JSON.');
    }
}
