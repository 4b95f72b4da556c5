// A bot without a library: single requests and gateway frames, right or wrong,
// for the tests of the stand-in's own rules.

import http from 'node:http';
import { constants, inflateSync } from 'node:zlib';
import { WebSocket } from 'ws';

export const USER_AGENT = 'DiscordBot (https://example.org/opsroom, 0.1)';
export const PROPERTIES = { os: 'linux', browser: 'raw', device: 'raw' };
export const NOBODY = { parse: [] };

export class RawBot {
    constructor(standin) {
        this.standin = standin;
        this.agent = new http.Agent({ keepAlive: true });
        this.sockets = [];
        this.nonce = 0;
    }

    /** One request below apiBase; a header of `null` is left out. */
    call(method, path, body, headers = {}, base = '/api/v10') {
        const bytes = body === undefined ? null : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
        const all = {
            'User-Agent': USER_AGENT, Authorization: `Bot ${this.standin.token}`,
            ...(bytes ? { 'Content-Type': 'application/json', 'Content-Length': bytes.length } : {}),
            ...(!bytes && method !== 'GET' ? { 'Content-Length': 0 } : {}),
            ...headers,
        };
        for (const key of Object.keys(all)) if (all[key] === null) delete all[key];
        const { port } = this.standin.server.address();
        return new Promise((resolve, reject) => {
            const request = http.request({ port, host: '127.0.0.1', agent: this.agent, method, path: base + path, headers: all }, (response) => {
                const chunks = [];
                response.on('data', (chunk) => chunks.push(chunk));
                response.on('end', () => {
                    const text = Buffer.concat(chunks).toString();
                    const isJson = response.headers['content-type'] === 'application/json';
                    resolve({ status: response.statusCode, headers: response.headers, text, body: isJson ? JSON.parse(text) : null });
                });
            });
            // No body and no length: what a careless client sends.
            if (!bytes && all['Content-Length'] === undefined) request.useChunkedEncodingByDefault = false;
            request.on('error', reject);
            request.end(bytes);
        });
    }

    /** A request with files [{name, type, bytes}] beside its body; more than that is up to `parts`. */
    upload(method, path, body, files, headers) {
        const parts = files.map(({ name, type, bytes }, index) => formPart(`files[${index}]`, bytes, { fileName: name, type }));
        return this.send(method, path, [formPart('payload_json', JSON.stringify(body), { type: 'application/json' }), ...parts], headers);
    }

    /** Parts made by formPart, as one form. */
    send(method, path, parts, headers, end = '\r\n--B--\r\n') {
        const bytes = Buffer.concat([...parts, Buffer.from(end)]).subarray(2);
        return this.call(method, path, bytes, { 'Content-Type': 'multipart/form-data; boundary=B', ...headers });
    }

    /** A message with all that the rules ask for. */
    post(channel, fields, headers) {
        const body = { allowed_mentions: NOBODY, nonce: `raw-${++this.nonce}`, enforce_nonce: true, ...fields };
        return this.call('POST', `/channels/${channel.id}/messages`, body, headers);
    }

    answer(interaction, body, query = '') {
        return this.call('POST', `/interactions/${interaction.id}/${interaction.token}/callback${query}`, body, { Authorization: null });
    }

    register(commands) { return this.call('PUT', `/applications/${this.standin.world.applicationId}/commands`, commands); }

    connect({ url = this.standin.gatewayUrl, query = 'v=10&encoding=json' } = {}) {
        const socket = new RawSocket(`${url}/?${query}`);
        this.sockets.push(socket);
        return socket;
    }

    /** A socket after Hello. */
    async open(options) {
        const socket = this.connect(options);
        await socket.next((payload) => payload.op === 10);
        return socket;
    }

    /** A socket after READY. */
    async identify(options = {}, fields = {}) {
        const socket = await this.open(options);
        socket.send(2, { token: this.standin.token, intents: 1, properties: PROPERTIES, ...fields });
        const ready = await socket.event('READY');
        socket.session = ready.d.session_id;
        socket.resumeUrl = ready.d.resume_gateway_url;
        return socket;
    }

    async resume(old, seq = old.seq) {
        const socket = await this.open({ url: old.resumeUrl });
        Object.assign(socket, { session: old.session, resumeUrl: old.resumeUrl });
        socket.send(6, { token: this.standin.token, session_id: old.session, seq });
        return socket;
    }

    close() {
        for (const socket of this.sockets) socket.ws.terminate();
        this.agent.destroy();
    }
}

/** One part of a form with the boundary B. */
export function formPart(name, bytes, { fileName, type } = {}) {
    const head = `\r\n--B\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}${type ? `\r\nContent-Type: ${type}` : ''}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(bytes)]);
}

class RawSocket {
    constructor(url) {
        this.ws = new WebSocket(url, { perMessageDeflate: false });
        this.seq = null;
        this.got = [];
        this.asks = new Set();
        this.stream = []; // compressed bytes since the connection began
        this.plain = 0;   // inflated bytes already read
        this.ended = new Promise((resolve) => { this.ws.on('close', resolve); });
        this.ws.on('error', () => {});
        this.ws.on('message', (data, binary) => this.#received(data, binary));
    }

    #received(data, binary) {
        const text = binary ? this.#inflate(data) : data.toString();
        if (text === null) return;
        const payload = JSON.parse(text);
        if (payload.s !== null) this.seq = payload.s;
        this.got.push(payload);
        for (const ask of [...this.asks]) ask();
    }

    // Inflates the whole stream anew for each payload: slow, and plainly right.
    #inflate(data) {
        this.stream.push(data);
        const all = Buffer.concat(this.stream);
        if (!all.subarray(-4).equals(Buffer.from([0, 0, 0xff, 0xff]))) return null;
        const out = inflateSync(all, { finishFlush: constants.Z_SYNC_FLUSH });
        const text = out.subarray(this.plain).toString();
        this.plain = out.length;
        return text;
    }

    /** The close code, once there is one. */
    get closed() {
        const guard = new Promise((_, reject) => { setTimeout(() => reject(new Error('not closed in 5 s')), 5000).unref(); });
        return Promise.race([this.ended, guard]);
    }

    send(op, d) { this.ws.send(JSON.stringify({ op, d })); }

    /** The first payload, not taken before, that fits; others stay. */
    next(fits) {
        return new Promise((resolve, reject) => {
            const guard = setTimeout(() => reject(new Error('no such payload in 5 s')), 5000);
            const ask = () => {
                const index = this.got.findIndex(fits);
                if (index < 0) return;
                clearTimeout(guard);
                this.asks.delete(ask);
                resolve(this.got.splice(index, 1)[0]);
            };
            this.asks.add(ask);
            ask();
        });
    }

    event(type) { return this.next((payload) => payload.op === 0 && payload.t === type); }
    op(code) { return this.next((payload) => payload.op === code); }
}
