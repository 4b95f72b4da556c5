// Gateway v10, the server's side (Discord docs, Gateway; Opcodes and Status
// Codes). One Connection per socket, one Session per identify; a session
// outlives its connection and keeps what it sent, for Resume.

import { randomBytes } from 'node:crypto';
import { constants, createDeflate } from 'node:zlib';
import { WebSocketServer } from 'ws';

import { BITS } from './permissions.mjs';
import { userJson } from './world.mjs';

const MAX_BYTES = 4096;
const MAX_SENDS = 120, SEND_WINDOW_MS = 60_000;
const IDENTIFY_WINDOW_MS = 5_000, IDENTIFY_DAY_MS = 24 * 3600_000;
const SESSION_LIFE_MS = 3 * 60_000; // "a few minutes" after the socket went
const INTENTS = { GUILDS: 1, GUILD_MESSAGES: 1 << 9, MESSAGE_CONTENT: 1 << 15 };
const PRIVILEGED = (1 << 1) | (1 << 8) | INTENTS.MESSAGE_CONTENT;
const KNOWN_INTENTS = 0x3f1ffff; // bits 0-16, 20, 21, 24, 25

/** Which intent lets an event through; null: always sent. */
function intentOf(type) {
    if (type.startsWith('MESSAGE_')) return INTENTS.GUILD_MESSAGES;
    if (/^(GUILD_(CREATE|UPDATE|DELETE|ROLE_)|CHANNEL_|THREAD_)/.test(type)) return INTENTS.GUILDS;
    return null;
}

class Session {
    constructor(identify, bufferSize) {
        this.id = randomBytes(16).toString('hex');
        this.intents = identify.intents;
        this.bufferSize = bufferSize;
        this.seq = 0;
        this.sent = []; // {seq, text}: for Resume
        this.connection = null;
        this.expire = null; // cancels the end of a session without a socket
    }

    record(type, data) {
        const text = JSON.stringify({ op: 0, s: ++this.seq, t: type, d: data });
        this.sent.push({ seq: this.seq, text });
        // Trimmed in lumps: shifting one by one would cost at each dispatch.
        if (this.sent.length > this.bufferSize * 2) this.sent = this.sent.slice(-this.bufferSize);
        return text;
    }

    dispatch(type, data) {
        const text = this.record(type, data);
        if (this.connection?.ready) this.connection.write(text);
    }

    /** What was sent after `seq`, or null when it is no longer all there. */
    after(seq) {
        const kept = this.sent.slice(-this.bufferSize);
        const first = kept.length ? kept[0].seq : this.seq + 1;
        return seq + 1 < first ? null : kept.filter((one) => one.seq > seq);
    }
}

export class Gateway {
    constructor(standin) {
        this.standin = standin;
        this.clock = standin.clock;
        this.sessions = new Map();
        this.connections = new Set();
        this.identifies = []; // times
        this.faults = { withholdAcks: false, withholdReady: false, refuse: false, duplicates: 0, fragment: 0, garble: null };
        this.server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 20 });
        standin.world.emit = (type, data, scope) => this.broadcast(type, data, scope);
    }

    get settings() { return this.standin.options; }
    get ready() { return [...this.sessions.values()].some((session) => session.connection?.ready); }

    /** The `upgrade` event of an HTTP server; `isResume` for resume_gateway_url. */
    upgrade(request, socket, head, isResume) {
        if (this.faults.refuse) { socket.destroy(); return; }
        this.server.handleUpgrade(request, socket, head, (ws) => {
            this.connections.add(new Connection(this, ws, new URL(request.url, 'ws://x').searchParams, isResume));
        });
    }

    /** Numbers of GET /gateway/bot (Gateway, Get Gateway Bot). */
    startLimit() {
        const now = this.clock.now();
        this.identifies = this.identifies.filter((at) => now - at < IDENTIFY_DAY_MS);
        const total = this.settings.identifyTotal;
        return {
            total, remaining: Math.max(0, total - this.identifies.length),
            reset_after: this.identifies.length ? IDENTIFY_DAY_MS - (now - this.identifies[0]) : 0,
            max_concurrency: this.settings.maxConcurrency,
        };
    }

    broadcast(type, data, { channel, message } = {}) {
        const intent = intentOf(type);
        // Of a channel it cannot see, a bot learns what CHANNEL_* says, no more.
        if (channel && !/^CHANNEL_(CREATE|UPDATE|DELETE)$/.test(type) && !(channel.guild.bot.permissionsIn(channel) & BITS.VIEW_CHANNEL)) return;
        for (const session of this.sessions.values()) {
            if (intent !== null && !(session.intents & intent)) continue;
            let body = typeof data === 'function' ? data() : data;
            if (message && !this.standin.mayRead(message, session.intents)) body = withoutContent(body);
            session.dispatch(type, body);
        }
    }

    interaction(data) {
        if (this.standin.world.interactionsUrl) return false;
        const twice = this.faults.duplicates > 0;
        if (twice) this.faults.duplicates--;
        for (const session of this.sessions.values()) {
            session.dispatch('INTERACTION_CREATE', data);
            if (twice) session.dispatch('INTERACTION_CREATE', data);
        }
        return twice;
    }

    endSession(session) {
        session.expire?.();
        this.sessions.delete(session.id);
        session.connection = null;
        this.standin.world.changed();
    }

    close() {
        for (const connection of this.connections) connection.drop();
        for (const session of this.sessions.values()) session.expire?.();
    }
}

/** MESSAGE_* without the Message Content intent (Gateway, Message Content Intent). */
export function withoutContent(json) {
    return { ...json, content: '', embeds: [], attachments: [], components: [] };
}

class Connection {
    constructor(gateway, ws, query, isResume) {
        this.gateway = gateway;
        this.ws = ws;
        this.isResume = isResume;
        this.session = null;
        this.ready = false;
        this.sends = [];
        this.deflate = query.get('compress') === 'zlib-stream' ? this.#compressor() : null;
        this.writing = Promise.resolve();
        ws.on('message', (bytes, isBinary) => this.#received(bytes, isBinary));
        ws.on('close', (code) => this.#closed(code));
        ws.on('error', () => ws.terminate());
        this.#open(query);
    }

    get standin() { return this.gateway.standin; }

    #open(query) {
        const compress = query.get('compress');
        if (query.get('v') !== '10') return this.#wrong(4012, 'gateway-url', `v=${query.get('v')}, not 10`);
        if (query.get('encoding') !== 'json') return this.#wrong(4002, 'gateway-url', 'encoding is not json');
        if (compress !== null && compress !== 'zlib-stream') return this.#wrong(4002, 'gateway-url', `compress=${compress}`);
        this.write(JSON.stringify({ t: null, s: null, op: 10, d: { heartbeat_interval: this.gateway.settings.heartbeatInterval, _trace: ['standin'] } }));
        this.#expectBeat();
    }

    /** A client that stays silent for two intervals is cut off. */
    #expectBeat() {
        this.cancelBeat?.();
        const wait = this.gateway.settings.heartbeatInterval * 2 + 1000;
        this.cancelBeat = this.gateway.clock.after(wait, () => this.#wrong(4000, 'heartbeat', `no heartbeat in ${wait} ms`));
    }

    // One zlib context for the connection, flushed after each payload so that
    // it ends in 00 00 ff ff (Gateway, Transport Compression).
    #compressor() {
        const deflate = createDeflate({ flush: constants.Z_SYNC_FLUSH });
        deflate.on('data', (chunk) => this.chunks.push(chunk));
        this.chunks = [];
        return deflate;
    }

    write(text) {
        this.standin.note('gateway out', text);
        const data = this.#garbled(text);
        if (!this.deflate) { this.#frame(data, false); return; }
        this.writing = this.writing.then(() => new Promise((resolve) => {
            this.deflate.write(data, () => {
                this.#frame(Buffer.concat(this.chunks.splice(0)), true);
                resolve();
            });
        }));
    }

    #garbled(text) {
        const { garble } = this.gateway.faults;
        const at = garble ? text.indexOf(garble.mark) : -1;
        if (at < 0) return text;
        return Buffer.concat([Buffer.from(text.slice(0, at)), garble.bytes, Buffer.from(text.slice(at + garble.mark.length))]);
    }

    #frame(data, binary) {
        if (this.ws.readyState !== this.ws.OPEN) return;
        const parts = this.gateway.faults.fragment;
        if (!parts) { this.ws.send(data, { binary }); return; }
        const bytes = Buffer.from(data);
        const size = Math.max(1, Math.ceil(bytes.length / parts));
        for (let at = 0; at < bytes.length; at += size) {
            this.ws.send(bytes.subarray(at, at + size), { binary, fin: at + size >= bytes.length });
        }
    }

    close(code, reason = '') {
        this.standin.note('gateway close', String(code));
        this.writing.then(() => this.ws.close(code, reason));
    }

    drop() { this.ws.terminate(); }

    #wrong(code, rule, detail) {
        this.standin.violate(rule, detail);
        this.close(code, detail.slice(0, 100));
    }

    #closed(code) {
        this.cancelBeat?.();
        this.deflate?.destroy();
        this.gateway.connections.delete(this);
        const { session } = this;
        this.standin.note('gateway closed', String(code));
        if (!session || session.connection !== this) return;
        session.connection = null;
        if (code === 1000 || code === 1001) this.gateway.endSession(session);
        else session.expire = this.gateway.clock.after(SESSION_LIFE_MS, () => this.gateway.endSession(session));
        this.standin.world.changed();
    }

    #received(bytes, isBinary) {
        if (this.ws.readyState !== this.ws.OPEN) return;
        const text = bytes.toString();
        this.standin.note('gateway in', text);
        this.standin.world.changed();
        if (isBinary) return this.#wrong(4002, 'gateway-send', 'binary frame');
        if (bytes.length > MAX_BYTES) return this.#wrong(4002, 'gateway-send', `${bytes.length} bytes, the limit is ${MAX_BYTES}`);
        const now = this.gateway.clock.now();
        this.sends = this.sends.filter((at) => now - at < SEND_WINDOW_MS);
        if (this.sends.push(now) > MAX_SENDS) return this.#wrong(4008, 'gateway-send', `more than ${MAX_SENDS} payloads in 60 s`);
        let payload;
        try { payload = JSON.parse(text); } catch { return this.#wrong(4002, 'gateway-send', 'not JSON'); }
        this.#handle(payload);
    }

    #handle({ op, d }) {
        switch (op) {
        case 1: return this.#heartbeat(d);
        case 2: return this.#identify(d);
        case 6: return this.#resume(d);
        case 3: case 4: case 8:
            if (!this.session) this.#wrong(4003, 'gateway-send', `op ${op} before identify`);
            return undefined;
        default: return this.#wrong(4001, 'gateway-send', `unknown op ${op}`);
        }
    }

    #heartbeat(seq) {
        const fits = seq === null || (Number.isInteger(seq) && (!this.session || seq <= this.session.seq));
        if (!fits) return this.#wrong(4007, 'heartbeat', `sequence ${seq}`);
        this.#expectBeat();
        if (!this.gateway.faults.withholdAcks) this.write('{"t":null,"s":null,"op":11,"d":null}');
        return undefined;
    }

    #identify(d) {
        if (this.session) return this.#wrong(4005, 'identify', 'second identify on a connection');
        const problem = identifyProblem(d, this.deflate);
        if (problem) return this.#wrong(4002, 'identify', problem);
        if (!this.#tokenFits(d.token)) return undefined;
        if (d.intents & ~KNOWN_INTENTS) return this.#wrong(4013, 'identify', `invalid intents ${d.intents}`);
        const refused = d.intents & PRIVILEGED & ~this.gateway.settings.privilegedIntents;
        if (refused) return this.#wrong(4014, 'identify', `intents not allowed: ${refused}`);
        if (d.shard && (d.shard[1] < 1 || d.shard[0] >= d.shard[1])) return this.#wrong(4010, 'identify', 'invalid shard');
        if (!this.#mayIdentify()) return undefined;
        const { world } = this.standin;
        const session = new Session(d, Math.max(this.gateway.settings.resumeBuffer, world.guilds.size + 2));
        this.gateway.sessions.set(session.id, session);
        session.record('READY', this.#readyJson(session, d));
        if (d.intents & INTENTS.GUILDS) {
            for (const guild of world.guilds.values()) session.record('GUILD_CREATE', guild.createJson());
        }
        this.#attach(session, 0);
        return undefined;
    }

    #tokenFits(token) {
        if (token === this.standin.token && !this.standin.tokenRefused) return true;
        if (/^Bot /.test(token)) this.standin.violate('identify', 'token begins with "Bot "');
        this.close(4004, 'Authentication failed.');
        return false;
    }

    #mayIdentify() {
        const { gateway } = this;
        const now = gateway.clock.now();
        const limit = gateway.startLimit();
        const recent = gateway.identifies.filter((at) => now - at < IDENTIFY_WINDOW_MS).length;
        if (gateway.settings.identifyLimit && recent >= limit.max_concurrency) {
            this.standin.violate('identify', `more than ${limit.max_concurrency} identify in 5 s`);
            this.write('{"t":null,"s":null,"op":9,"d":false}');
            return false;
        }
        gateway.identifies.push(now);
        if (limit.remaining > 0) return true;
        // All sessions end and the token is reset (Gateway, Identifying).
        this.standin.violate('identify', `more than ${limit.total} identify in 24 h`);
        this.standin.tokenRefused = true;
        for (const connection of gateway.connections) connection.close(4004, 'Authentication failed.');
        return false;
    }

    #readyJson(session, d) {
        const { world } = this.standin;
        return {
            v: 10, user_settings: {}, user: { ...userJson(world.bot), verified: true, mfa_enabled: true, email: null, flags: 0 },
            guilds: [...world.guilds.keys()].map((id) => ({ id, unavailable: true })), session_id: session.id,
            session_type: 'normal', resume_gateway_url: this.standin.resumeUrl, private_channels: [], relationships: [],
            ...(d.shard ? { shard: d.shard } : {}), application: { id: world.applicationId, flags: 1 << 19 }, _trace: ['standin'],
        };
    }

    #attach(session, seq) {
        session.expire?.();
        session.expire = null;
        this.session = session;
        session.connection?.drop();
        session.connection = this;
        this.heldFrom = seq;
        if (!this.gateway.faults.withholdReady) this.begin();
    }

    /** Sends what waited and goes live. */
    begin() {
        for (const one of this.session.after(this.heldFrom)) this.write(one.text);
        this.ready = true;
        this.standin.world.changed();
    }

    #resume(d) {
        if (this.session) return this.#wrong(4005, 'resume', 'resume after identify');
        if (!this.isResume) this.standin.violate('resume', 'not sent to resume_gateway_url');
        const keys = Object.keys(d ?? {}).sort().join();
        if (keys !== 'seq,session_id,token') return this.#wrong(4002, 'resume', `fields ${keys}`);
        if (!this.#tokenFits(d.token)) return undefined;
        const session = this.gateway.sessions.get(d.session_id);
        if (session && d.seq > session.seq) {
            this.gateway.endSession(session);
            return this.#wrong(4007, 'resume', `sequence ${d.seq} was never sent`);
        }
        if (!session?.after(d.seq)) {
            if (session) this.gateway.endSession(session);
            this.write('{"t":null,"s":null,"op":9,"d":false}');
            return undefined;
        }
        session.record('RESUMED', { _trace: ['standin'] });
        this.#attach(session, d.seq);
        return undefined;
    }
}

function identifyProblem(d, transportCompressed) {
    if (typeof d !== 'object' || d === null) return 'd is no object';
    const known = ['token', 'intents', 'properties', 'compress', 'large_threshold', 'shard', 'presence'];
    const unknown = Object.keys(d).filter((key) => !known.includes(key));
    if (unknown.length) return `unknown fields ${unknown}`;
    if (typeof d.token !== 'string') return 'token is no string';
    if (!Number.isInteger(d.intents)) return 'intents is no integer';
    for (const key of ['os', 'browser', 'device']) {
        if (typeof d.properties?.[key] !== 'string') return `properties.${key} is missing`;
    }
    if (d.compress && transportCompressed) return 'payload compression with transport compression';
    const threshold = d.large_threshold ?? 50;
    return threshold >= 50 && threshold <= 250 ? null : `large_threshold ${threshold}`;
}
