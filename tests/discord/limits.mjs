// Rate limits (Discord docs, Rate Limits): a bucket per operation and major id,
// a global one, the ban that follows 10,000 invalid requests. Numbers that
// Discord does not publish are what people observe; tests set their own.
// A refusal that the client could have foreseen, because it had been told that
// nothing is left, is a fault of the client's.

import { createHash } from 'node:crypto';

const DEFAULTS = {
    create_message: { limit: 5, perMs: 5_000 },
    update_message: { limit: 5, perMs: 5_000 },
    delete_message: { limit: 5, perMs: 1_000 },
    create_interaction_response: { limit: 5, perMs: 2_000 },
    execute_webhook: { limit: 5, perMs: 2_000 },
    other: { limit: 10, perMs: 10_000 },
};
// Invisible in the headers until the 429.
const OLD_EDIT = { limit: 3, perMs: 6_000 };
const NAME_OR_TOPIC = { limit: 2, perMs: 600_000 };
const GLOBAL = { limit: 50, perMs: 1_000 };
const INVALID = { limit: 10_000, perMs: 600_000 };

export class Limits {
    constructor(clock, on = true) {
        this.clock = clock;
        this.on = on;
        this.table = { ...DEFAULTS };
        this.hidden = { old_edit: OLD_EDIT, name_or_topic: NAME_OR_TOPIC };
        this.global = GLOBAL;
        this.invalid = INVALID;
        this.heardMs = 250; // of real time: by then a client has read an answer on loopback
        this.windows = new Map();
        this.hashes = new Map();
    }

    /** For a test: at most `limit` calls of an operation (or 'other') per `perMs`. */
    set(operation, limit, perMs) { this.table[operation] = { limit, perMs }; }

    #window(key, { limit, perMs }) {
        const now = this.clock.now();
        let window = this.windows.get(key);
        if (!window || now >= window.resetAt) {
            window = { used: 0, resetAt: now + perMs, toldOn: new Set(), heardOn: new Set() };
            this.windows.set(key, window);
        }
        return { window, waitMs: window.used >= limit ? window.resetAt - now : 0 };
    }

    /** null: pass, and counted. Otherwise {waitMs, scope, window, foreseen}. */
    #count({ window, waitMs }, scope, socket) {
        if (!waitMs) { window.used++; return null; }
        return { waitMs, scope, window, foreseen: window.toldOn.has(socket) || [...window.heardOn].some((one) => !one.destroyed) };
    }

    /** Counts a call of the bot. null: pass. Otherwise {waitMs, scope, window, foreseen}. */
    takeGlobal(socket) {
        return this.on ? this.#count(this.#window('global', this.global), 'global', socket) : null;
    }

    /** Counts a call in its bucket: {refused: null or as takeGlobal, headers, window}. */
    take(operation, majorId, socket) {
        if (!this.on) return { refused: null, headers: null };
        const rule = this.table[operation] ?? this.table.other;
        const found = this.#window(`${operation} ${majorId}`, rule);
        const refused = this.#count(found, 'user', socket);
        return { refused, headers: this.#headers(operation, rule.limit, found.window), window: found.window };
    }

    /** A limit that shows in no header: null or as takeGlobal. */
    takeHidden(name, id, socket) {
        return this.on ? this.#count(this.#window(`${name} ${id}`, this.hidden[name]), 'user', socket) : null;
    }

    /** Nothing is left in a bucket for `waitMs`, as after a refusal out of the blue. */
    exhaust(scope, operation, majorId, waitMs) {
        if (!this.on) return null;
        const isGlobal = scope === 'global';
        const { limit } = isGlobal ? this.global : this.table[operation] ?? this.table.other;
        const key = isGlobal ? 'global' : `${operation} ${majorId}`;
        this.windows.delete(key);
        const { window } = this.#window(key, { limit, perMs: waitMs });
        window.used = limit;
        return window;
    }

    /**
     * An answer has just told the client that nothing is left. What comes next on
     * that socket was sent knowing it; on another one, it may have been on its way,
     * or the client has been started anew since: then the old socket is closed.
     * The timer is a real one: it is the network's time, not Discord's.
     */
    tell(window, socket) {
        window.toldOn.add(socket);
        setTimeout(() => setImmediate(() => window.heardOn.add(socket)), this.heardMs).unref();
    }

    /** Counts a 401, 403 or 429 (not a shared one); milliseconds of ban or 0. */
    countInvalid() {
        if (!this.on) return;
        this.#window('invalid', this.invalid).window.used++;
    }

    banned() { return this.on ? this.#window('invalid', this.invalid).waitMs : 0; }

    #headers(operation, limit, window) {
        let hash = this.hashes.get(operation);
        if (!hash) {
            hash = createHash('md5').update(operation).digest('hex');
            this.hashes.set(operation, hash);
        }
        return {
            'X-RateLimit-Limit': String(limit),
            'X-RateLimit-Remaining': String(Math.max(0, limit - window.used)),
            'X-RateLimit-Reset': (window.resetAt / 1000).toFixed(3),
            'X-RateLimit-Reset-After': ((window.resetAt - this.clock.now()) / 1000).toFixed(3),
            'X-RateLimit-Bucket': hash,
        };
    }
}
