// Rate limits (Discord docs, Rate Limits): a bucket per operation and major id,
// a global one, the ban that follows 10,000 invalid requests. Numbers that
// Discord does not publish are what people observe; tests set their own.

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
        this.windows = new Map();
        this.hashes = new Map();
    }

    /** For a test: at most `limit` calls of an operation (or 'other') per `perMs`. */
    set(operation, limit, perMs) { this.table[operation] = { limit, perMs }; }

    #window(key, { limit, perMs }) {
        const now = this.clock.now();
        let window = this.windows.get(key);
        if (!window || now >= window.resetAt) {
            window = { used: 0, resetAt: now + perMs };
            this.windows.set(key, window);
        }
        return { window, limit, waitMs: window.used >= limit ? window.resetAt - now : 0 };
    }

    /** Counts a call. null: pass. Otherwise {waitMs, scope}. */
    takeGlobal() {
        if (!this.on) return null;
        const { window, waitMs } = this.#window('global', this.global);
        if (waitMs) return { waitMs, scope: 'global' };
        window.used++;
        return null;
    }

    /** Counts a call in its bucket: {refused: null | {waitMs, scope}, headers}. */
    take(operation, majorId) {
        if (!this.on) return { refused: null, headers: null };
        const rule = this.table[operation] ?? this.table.other;
        const { window, waitMs } = this.#window(`${operation} ${majorId}`, rule);
        if (!waitMs) window.used++;
        const headers = this.#headers(operation, rule.limit, window);
        return { refused: waitMs ? { waitMs, scope: 'user' } : null, headers };
    }

    /** A limit that shows in no header: null or milliseconds to wait. */
    takeHidden(name, id) {
        if (!this.on) return null;
        const { window, waitMs } = this.#window(`${name} ${id}`, this.hidden[name]);
        if (waitMs) return waitMs;
        window.used++;
        return null;
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
