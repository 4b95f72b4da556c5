// Request bodies against Discord's published schema (npm discord-api-spec). zod
// drops keys it does not know; a misspelt key would pass unseen. So what came
// out is compared with what went in, and a lost key is refused like any other
// wrong field. Where the published schema is wider than the documentation, the
// documentation's limits are in rules.mjs.

import * as z from 'zod/mini';

import { FormErrors } from './errors.mjs';
import { spec } from './spec.mjs';

const CALLBACK = ['ApplicationCommandAutocompleteCallbackRequest', 'CreateMessageInteractionCallbackRequest',
    'ModalInteractionCallbackRequest', 'PongInteractionCallbackRequest', 'UpdateMessageInteractionCallbackRequest'];
const overwrite = z.object({
    type: z.nullish(spec.ChannelPermissionOverwritesSchema), allow: z.nullish(z.number()), deny: z.nullish(z.number()),
});
const commands = z.nullable(z.array(spec.ApplicationCommandUpdateRequestSchema).check(z.maxLength(130)));
const union = (names) => z.union(names.map((name) => spec[`${name}Schema`]));

// Operation id -> schema of its body. An operation that is not here takes none.
const BODIES = {
    bulk_set_application_commands: commands,
    bulk_set_guild_application_commands: commands,
    create_interaction_response: union(CALLBACK),
    update_original_webhook_message: spec.IncomingWebhookUpdateRequestPartialSchema,
    update_webhook_message: spec.IncomingWebhookUpdateRequestPartialSchema,
    execute_webhook: union(['IncomingWebhookRequestPartial', 'IncomingWebhookUpdateRequestPartial']),
    create_guild_channel: spec.CreateGuildChannelRequestSchema,
    update_channel: union(['UpdateGuildChannelRequestPartial', 'UpdateThreadRequestPartial']),
    set_channel_permission_overwrite: overwrite,
    create_message: spec.MessageCreateRequestSchema,
    update_message: spec.MessageEditRequestPartialSchema,
    create_thread_from_message: spec.CreateTextThreadWithMessageRequestSchema,
    create_thread: union(['CreateForumThreadRequest', 'CreateTextThreadWithoutMessageRequest']),
    create_guild_role: spec.CreateRoleRequestSchema,
};
export const takesBody = (operation) => operation in BODIES;

// Permission sets are decimal strings on the wire but integers in the schema.
const BIT_FIELDS = new Set(['allow', 'deny', 'permissions', 'default_member_permissions']);
const WITH_BITS = /command|channel|role/;

/**
 * Throws 50035 with an errors tree unless the body fits the operation. Keys
 * `tolerated` are let through where Discord ignores them.
 */
export function checkBody(operation, body, tolerated = []) {
    const schema = BODIES[operation];
    if (!schema) return;
    const errors = new FormErrors();
    const checked = WITH_BITS.test(operation) ? numberBits(body, [], errors) : numberAttachments(body);
    errors.throwIfAny();
    const result = schema.safeParse(checked);
    if (!result.success) {
        for (const issue of result.error.issues) addIssue(issue, checked, [], errors);
    } else if (!sameKeys(checked, result.data)) {
        const unknown = unknownKeys(schema, checked, []).filter((path) => !tolerated.includes(path.at(-1)));
        for (const path of unknown) errors.add(path, 'BASE_TYPE_UNKNOWN_KEY', 'Discord knows no such field.');
    }
    errors.throwIfAny();
}

function numberBits(value, path, errors) {
    if (Array.isArray(value)) return value.map((one, index) => numberBits(one, [...path, index], errors));
    if (typeof value !== 'object' || value === null) return value;
    const copy = {};
    for (const [key, one] of Object.entries(value)) {
        if (!BIT_FIELDS.has(key) || one === null) copy[key] = numberBits(one, [...path, key], errors);
        else if (typeof one === 'string' && /^\d{1,19}$/.test(one)) copy[key] = Number(one);
        else errors.add([...path, key], 'BASE_TYPE_STRING', 'Permission sets are sent as decimal strings.');
    }
    return copy;
}

/** attachments[].id may be the number n of files[n]. */
function numberAttachments(body) {
    const holder = body?.data ?? body;
    if (!Array.isArray(holder?.attachments)) return body;
    const attachments = holder.attachments.map((one) => (typeof one?.id === 'number' ? { ...one, id: String(one.id) } : one));
    return holder === body ? { ...body, attachments } : { ...body, data: { ...body.data, attachments } };
}

function sameKeys(before, after) {
    if (typeof before !== 'object' || before === null) return true;
    const keys = Object.keys(before);
    return keys.every((key) => before[key] === undefined || (key in after && sameKeys(before[key], after[key])));
}

/** Paths of keys that no reading of the schema knows. */
function unknownKeys(schema, value, path) {
    const { def } = schema._zod;
    switch (def.type) {
    case 'lazy': return unknownKeys(def.getter(), value, path);
    case 'optional': case 'nullable': return value === null || value === undefined ? [] : unknownKeys(def.innerType, value, path);
    case 'array': return value.flatMap((one, index) => unknownKeys(def.element, one, [...path, index]));
    case 'record': return Object.keys(value).flatMap((key) => unknownKeys(def.valueType, value[key], [...path, key]));
    case 'object': return Object.keys(value).flatMap((key) => (def.shape[key]
        ? unknownKeys(def.shape[key], value[key], [...path, key]) : [[...path, key]]));
    case 'union': {
        // The first branch that fits may not be the one that knows every key.
        const readings = def.options.filter((option) => option.safeParse(value).success)
            .map((option) => unknownKeys(option, value, path));
        return readings.sort((a, b) => a.length - b.length)[0] ?? [];
    }
    default: return [];
    }
}

const at = (value, path) => path.reduce((inner, key) => inner?.[key], value);

/** One zod issue as Discord words it (Reference, Error Messages). */
function addIssue(issue, body, base, errors) {
    const path = [...base, ...issue.path];
    const value = at(body, path);
    const say = (code, message) => errors.add(path, code, message);
    switch (issue.code) {
    case 'invalid_union': return addUnion(issue, body, path, errors);
    case 'too_big':
        return issue.origin === 'number' || issue.origin === 'int' ? say('NUMBER_TYPE_MAX', `int value should be less than or equal to ${issue.maximum}.`)
            : say('BASE_TYPE_MAX_LENGTH', `Must be ${issue.maximum} or fewer in length.`);
    case 'too_small':
        return issue.origin === 'number' || issue.origin === 'int' ? say('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${issue.minimum}.`)
            : say('BASE_TYPE_MIN_LENGTH', `Must be ${issue.minimum} or more in length.`);
    case 'invalid_value': return say('BASE_TYPE_CHOICES', `Value must be one of {${issue.values.join(', ')}}.`);
    case 'invalid_format': return say('BASE_TYPE_FORMAT', `Not a well formed ${issue.format}.`);
    default:
        if (value === undefined) return say('BASE_TYPE_REQUIRED', 'This field is required');
        return say('BASE_TYPE_CONVERT', `Expected ${issue.expected ?? issue.code}, got ${value === null ? 'null' : typeof value}.`);
    }
}

/** Of a union, the branch whose `type` was meant; else the one least wrong. */
function addUnion(issue, body, path, errors) {
    const branches = issue.errors ?? [];
    const meant = branches.filter((issues) => !issues.some((one) => one.path.join() === 'type'));
    const [best] = [...(meant.length ? meant : branches)].sort((a, b) => a.length - b.length);
    if (!best?.length || (!meant.length && branches.length > 1)) {
        errors.add(meant.length ? path : [...path, 'type'], 'UNION_TYPE_CHOICES', 'Value of field "type" must be one of the known types.');
        return;
    }
    for (const one of best) addIssue(one, body, path, errors);
}

// Query parameters of the operations we serve; others are unknown to Discord.
const flag = /^(true|True|1|false|False|0)$/;
const id = /^\d{1,20}$/;
const between = (low, high) => ({ test: (text) => /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high });
const QUERIES = {
    create_interaction_response: { with_response: flag },
    execute_webhook: { wait: flag, thread_id: id, with_components: flag },
    update_original_webhook_message: { thread_id: id, with_components: flag },
    update_webhook_message: { thread_id: id, with_components: flag },
    get_original_webhook_message: { thread_id: id },
    list_messages: { around: id, before: id, after: id, limit: between(1, 100) },
    list_pins: { before: /^\d{4}-\d\d-\d\dT/, limit: between(1, 50) },
    list_application_commands: { with_localizations: flag },
    list_guild_application_commands: { with_localizations: flag },
    get_guild: { with_counts: flag },
    list_public_archived_threads: { before: /^\d{4}-\d\d-\d\dT/, limit: between(2, 100) },
};

export function checkQuery(operation, query) {
    const errors = new FormErrors();
    for (const [key, value] of query) {
        const rule = QUERIES[operation]?.[key];
        if (!rule) errors.add([key], 'BASE_TYPE_UNKNOWN_KEY', 'Discord knows no such query parameter.');
        else errors.check(rule.test(value), [key], 'BASE_TYPE_FORMAT', `"${value}" is not allowed here.`);
    }
    errors.throwIfAny();
}

export function checkIds(params) {
    const errors = new FormErrors();
    for (const [key, value] of Object.entries(params)) {
        if (key.endsWith('_id')) errors.check(id.test(value), [key], 'NUMBER_TYPE_COERCE', `Value "${value}" is not snowflake.`);
    }
    errors.throwIfAny();
}
