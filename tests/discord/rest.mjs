// REST v10 over HTTP: header rules, authorization, limits, schema, then the
// operation; refusals in Discord's shape (Discord docs, Reference, HTTP API).

import { ApiError, refuse, refuseField } from './errors.mjs';
import { parseJson, parseMultipart } from './multipart.mjs';
import { operations as application } from './routes_app.mjs';
import { operations as guild } from './routes_guild.mjs';
import { operations as messages } from './routes_messages.mjs';
import { checkBody, checkIds, checkQuery, takesBody } from './schema.mjs';

const BASE = '/api/v10';
const MAX_BODY = 25 * 1024 * 1024;
const USER_AGENT = /^DiscordBot \(\S+, \S+\)/; // Reference, User Agent
// Reference, Uploading Files: messages, however they are sent.
const WITH_FILES = new Set(['create_message', 'update_message', 'create_interaction_response', 'execute_webhook',
    'update_original_webhook_message', 'update_webhook_message', 'create_thread']);
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

const routes = [...application, ...guild, ...messages].map((operation) => ({
    ...operation,
    parts: operation.path.slice(1).split('/').map((part) => (part.startsWith('{') ? { name: part.slice(1, -1) } : { text: part })),
}));
// Fixed words win over placeholders: messages/pins before messages/{id}.
const holes = (route) => route.parts.filter((part) => part.name).length;
routes.sort((a, b) => holes(a) - holes(b));
const byShape = new Map();
for (const route of routes) {
    const key = `${route.method} ${route.parts.length}`;
    byShape.set(key, [...(byShape.get(key) ?? []), route]);
}

function matchRoute(method, path) {
    const parts = path.split('/').map(decodeURIComponent); // clients send %40original
    for (const route of byShape.get(`${method} ${parts.length}`) ?? []) {
        if (!route.parts.every((part, index) => part.name || part.text === parts[index])) continue;
        const params = {};
        route.parts.forEach((part, index) => { if (part.name) params[part.name] = parts[index]; });
        return { route, params };
    }
    return null;
}

export class Rest {
    constructor(standin) {
        this.standin = standin;
    }

    /** The `request` event of an HTTP server. */
    handle(request, response) {
        const chunks = [];
        let bytes = 0;
        request.on('data', (chunk) => { if ((bytes += chunk.length) <= MAX_BODY) chunks.push(chunk); });
        request.on('error', () => {});
        request.on('end', () => {
            if (request.url.startsWith('/attachments/')) this.#attachment(request, response);
            else this.#respond(request, response, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), bytes > MAX_BODY);
        });
    }

    /** The CDN. Links run out (Reference, Signed Attachment CDN URLs). */
    #attachment(request, response) {
        const file = this.standin.files.open(request.url);
        this.standin.note('cdn', `${request.url} ${file ? 200 : 404}`);
        if (request.headers.authorization) this.standin.violate('cdn', 'the token was sent to the CDN');
        if (!file) { response.writeHead(404, { 'Content-Type': 'text/plain' }).end('This content is no longer available.'); return; }
        response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes.length });
        const { bytesPerSecond } = this.standin.files;
        if (!bytesPerSecond) { response.end(file.bytes); return; }
        const send = (at) => {
            response.write(file.bytes.subarray(at, at + bytesPerSecond / 10));
            if (at + bytesPerSecond / 10 < file.bytes.length) this.standin.clock.after(100, () => send(at + bytesPerSecond / 10));
            else response.end();
        };
        send(0);
    }

    #respond(request, response, bytes, tooLarge) {
        const { standin } = this;
        const call = { standin, world: standin.world, request, bytes, headers: {}, fault: null, uploads: [] };
        standin.note('rest in', () => `${request.method} ${request.url} ${bytes.length < 200_000 ? bytes : `${bytes.length} bytes`}`);
        let reply;
        try {
            if (tooLarge) refuse(40005, { rule: 'size' });
            reply = this.#run(call);
        } catch (error) {
            if (!(error instanceof ApiError)) standin.violate('standin-bug', error.stack);
            reply = this.#refusal(call, error instanceof ApiError ? error : new ApiError(0, { status: 500, message: '500: Internal Server Error' }));
        }
        if (reply.drop || call.fault?.lose) {
            standin.note('rest out', `${request.method} ${request.url}: connection dropped`);
            request.socket.destroy();
            return;
        }
        const send = () => this.#send(response, reply, call);
        const delay = (call.fault?.delayMs ?? 0) + standin.faults.restDelayMs;
        if (delay) standin.clock.after(delay, send);
        else send();
    }

    #send(response, reply, call) {
        const text = reply.text ?? (reply.body === null ? '' : JSON.stringify(reply.body));
        this.standin.note('rest out', () => `${reply.status} ${call.route?.id ?? ''} ${text}`);
        const headers = { Date: new Date(this.standin.clock.now()).toUTCString(), ...call.headers, ...reply.headers };
        if (text) headers['Content-Type'] ??= 'application/json';
        if (reply.status !== 204) headers['Content-Length'] = Buffer.byteLength(text);
        response.writeHead(reply.status, headers).end(text);
        if (call.spent) this.standin.limits.tell(call.spent, call.request.socket);
    }

    #refusal(call, error) {
        const { standin, request } = call;
        if (error.rule) standin.violate(error.rule, `${request.method} ${request.url.split('?')[0]}: ${error.code} ${error.message} ${JSON.stringify(error.errors ?? {})}`);
        if ([401, 403, 429].includes(error.status)) standin.limits.countInvalid();
        if (error.limited) this.#foresee(call, error.limited);
        const headers = error.status === 429 ? { 'Retry-After': String(Math.ceil(error.retryAfter)), 'X-RateLimit-Scope': 'user' } : {};
        return { status: error.status, body: error.toJSON(), headers };
    }

    #run(call) {
        const { standin, request } = call;
        const [path, search = ''] = request.url.split('?');
        const found = this.#route(request, path);
        call.route = found.route;
        call.params = found.params;
        call.query = new URLSearchParams(search);
        this.#checkHeaders(call);
        call.fault = standin.faults.take(found.route, path);
        if (call.fault?.reply) return call.fault.reply(call);
        if (standin.limits.banned()) return cloudflare();
        if (!found.route.open) this.#authorize(request);
        checkIds(call.params);
        checkQuery(found.route.id, call.query);
        const limited = this.#limit(call);
        if (limited) return limited;
        this.#readBody(call);
        const reply = found.route.run(call);
        if (call.fault?.lose && found.route.id === 'create_interaction_response') standin.interactions.byId.get(call.params.interaction_id).excused = true;
        return reply;
    }

    #route(request, path) {
        if (!path.startsWith(`${BASE}/`)) refuse(0, { status: 404, message: '404: Not Found (the version is part of the path: /api/v10)', rule: 'version' });
        const found = matchRoute(request.method, path.slice(BASE.length + 1));
        if (!found) refuse(0, { status: 404, message: '404: Not Found', rule: 'route' });
        return found;
    }

    #checkHeaders({ standin, request, route, bytes }) {
        const { headers } = request;
        if (!USER_AGENT.test(headers['user-agent'] ?? '')) refuse(40333, { rule: 'user-agent' });
        if (headers.expect) standin.violate('expect', `Expect: ${headers.expect}`);
        const bodyless = bytes.length === 0;
        if (bodyless && WITH_BODY.has(request.method) && headers['content-length'] === undefined) {
            refuse(0, { status: 411, message: '411: Length Required', rule: 'content-length' });
        }
        const reason = headers['x-audit-log-reason'];
        if (reason === undefined) return;
        if (!route.reason) standin.violate('reason', `${route.id} takes no X-Audit-Log-Reason`);
        let length = -1;
        try { length = decodeURIComponent(reason).length; } catch { /* not URL-encoded */ }
        if (length < 1 || length > 512 || /[^\x20-\x7e]/.test(reason)) standin.violate('reason', `X-Audit-Log-Reason: ${reason}`);
    }

    #authorize(request) {
        const { standin } = this;
        const sent = request.headers.authorization;
        if (sent === `Bot ${standin.token}` && !standin.tokenRefused) return;
        refuse(0, { rule: sent?.startsWith('Bot ') ? undefined : 'authorization' });
    }

    // Interaction routes do not count in the bot's global limit (Rate Limits).
    #limit(call) {
        const { limits } = this.standin;
        if (!limits.on) return null;
        const { route, params, request: { socket } } = call;
        const everywhere = route.open ? null : limits.takeGlobal(socket);
        if (everywhere) return this.#tooMany(call, everywhere);
        const { refused, headers, window } = limits.take(route.id, params[route.major] ?? '', socket);
        call.headers = headers;
        if (headers['X-RateLimit-Remaining'] === '0') call.spent = window;
        return refused ? this.#tooMany(call, refused) : null;
    }

    #tooMany(call, refused) {
        this.standin.limits.countInvalid();
        this.#foresee(call, refused);
        return tooMany(refused);
    }

    #foresee(call, { window, foreseen, waitMs }) {
        call.spent = window;
        if (foreseen) this.standin.violate('rate-limit', `${call.request.method} ${call.request.url.split('?')[0]}: sent although nothing is left for ${waitMs} ms`);
    }

    #readBody(call) {
        const { route, bytes, request } = call;
        if (!takesBody(route.id)) {
            if (bytes.length) refuseField([], 'BASE_TYPE_UNKNOWN_KEY', 'This operation takes no body.');
            call.body = null;
            return;
        }
        const type = request.headers['content-type'] ?? '';
        if (/^multipart\/form-data;/.test(type) && WITH_FILES.has(route.id)) Object.assign(call, parseMultipart(bytes, type));
        else if (/^application\/json(;|$)/.test(type)) call.body = parseJson(bytes);
        else refuseField([], 'CONTENT_TYPE_INVALID', `Expected "Content-Type" header to be one of {'application/json', 'multipart/form-data'}.`);
        if (this.standin.options.schema) checkBody(route.id, call.body, this.standin.options.tolerate);
    }
}

/** A 429 with its scope (Rate Limits, Exceeding A Rate Limit). */
export function tooMany({ waitMs, scope, code = 0 }) {
    const seconds = waitMs / 1000;
    return {
        status: 429,
        body: { message: 'You are being rate limited.', retry_after: seconds, global: scope === 'global', ...(code ? { code } : {}) },
        headers: {
            'Retry-After': String(Math.ceil(seconds)), 'X-RateLimit-Scope': scope,
            ...(scope === 'global' ? { 'X-RateLimit-Global': 'true' } : {}),
        },
    };
}

/** The ban at the edge is no JSON and names no bucket. */
export function cloudflare(seconds = 600) {
    return { status: 429, text: 'error code: 1015', headers: { 'Content-Type': 'text/plain; charset=UTF-8', 'Retry-After': String(seconds) } };
}
