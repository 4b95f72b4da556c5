// Refusals in Discord's shape (Opcodes and Status Codes, JSON Error Codes;
// Reference, Error Messages).

const WORDS = {
    0: '401: Unauthorized',
    10002: 'Unknown Application',
    10003: 'Unknown Channel',
    10004: 'Unknown Guild',
    10007: 'Unknown Member',
    10008: 'Unknown Message',
    10009: 'Unknown Permission Overwrite',
    10011: 'Unknown Role',
    10013: 'Unknown User',
    10015: 'Unknown Webhook',
    10062: 'Unknown interaction',
    20016: 'This action cannot be performed due to slowmode rate limit',
    20031: 'Your server name or channel names contain words that are not allowed',
    20028: 'The channel you are writing has hit the write rate limit',
    30003: 'Maximum number of pins reached for the channel (250)',
    30005: 'Maximum number of guild roles reached (250)',
    30013: 'Maximum number of guild channels reached (500)',
    30015: 'Maximum number of attachments in a message reached (10)',
    30032: 'Maximum number of application commands reached (100)',
    30034: 'Maximum number of daily application command creates has been reached (200)',
    30046: 'Maximum number of edits to messages older than 1 hour reached. Try again later',
    30060: 'Maximum number of permission overwrites for guild reached (1000)',
    40005: 'Request entity too large. Try sending something smaller in size',
    40033: 'This message has already been crossposted',
    40058: 'Cannot send a message in a forum channel',
    40060: 'Interaction has already been acknowledged.',
    40333: 'internal network error',
    50001: 'Missing Access',
    50005: 'Cannot edit a message authored by another user',
    50006: 'Cannot send an empty message',
    50013: 'Missing Permissions',
    50014: 'Invalid authentication token provided',
    50019: 'A message can only be pinned in the channel it was sent in',
    50021: 'Cannot execute action on a system message',
    50024: 'Cannot execute action on this channel type',
    50027: 'Invalid Webhook Token',
    50035: 'Invalid Form Body',
    50083: 'Thread is archived',
    50109: 'The request body contains invalid JSON.',
    60003: 'Two factor is required for this operation',
    160004: 'A thread has already been created for this message',
    160005: 'Thread is locked',
};

const STATUS = {
    0: 401, 10002: 404, 10003: 404, 10004: 404, 10007: 404, 10008: 404, 10009: 404, 10011: 404,
    10013: 404, 10015: 404, 10062: 404, 40005: 413, 40333: 403, 50001: 403, 50005: 403, 50013: 403,
    50014: 401, 50021: 403, 50027: 401, 60003: 403, 20016: 429, 20028: 429, 30034: 429, 30046: 429,
};

/** A refusal: thrown by any operation, sent as {code, message, errors?}. */
export class ApiError extends Error {
    constructor(code, { status, message, errors, rule, retryAfter, limited } = {}) {
        super(message ?? WORDS[code] ?? `error ${code}`);
        this.code = code;
        this.status = status ?? STATUS[code] ?? 400;
        this.errors = errors;
        this.rule = rule; // set when the bot, not the world, is at fault
        this.retryAfter = limited ? limited.waitMs / 1000 : retryAfter;
        this.limited = limited; // a limit that no header shows; see limits.mjs
    }

    toJSON() {
        const body = { message: this.message, code: this.code };
        if (this.errors) body.errors = this.errors;
        if (this.retryAfter !== undefined) {
            body.retry_after = this.retryAfter;
            body.global = false;
        }
        return body;
    }
}

export const refuse = (code, more) => { throw new ApiError(code, more); };

/** Collects field errors and throws them as one 50035 with its `errors` tree. */
export class FormErrors {
    tree = null;

    add(path, code, message) {
        let node = (this.tree ??= {});
        for (const part of path) node = (node[part] ??= {});
        (node._errors ??= []).push({ code, message });
    }

    check(good, path, code, message) {
        if (!good) this.add(path, code, message);
    }

    /** `rule` null: the world is to blame. */
    throwIfAny(rule = 'schema') {
        if (this.tree) refuse(50035, { errors: this.tree, rule: rule ?? undefined });
    }
}

/** One field's refusal. */
export function refuseField(path, code, message) {
    const errors = new FormErrors();
    errors.add(path, code, message);
    errors.throwIfAny();
}
