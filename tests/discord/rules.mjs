// Documented limits that the published schema does not hold. Each function
// throws one 50035 with every broken rule in its errors tree.

import { FormErrors } from './errors.mjs';
import { FLAG } from './messages.mjs';
import { checkComponents } from './rules_components.mjs';

const CONTENT_MAX = 2000;   // Message resource, Create Message
const EMBED_TOTAL = 6000;   // Message resource, Embed Limits
const COMMAND_TOTAL = 8000; // Application Commands, Slash Commands: names, descriptions, values
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** A message body to create, edit or answer with; `path` is where it sits. */
export function checkMessage(body, path = []) {
    const errors = new FormErrors();
    const flags = body.flags ?? 0;
    const say = (where, code, words) => errors.add([...path, ...where], code, words);
    if ((body.content?.length ?? 0) > CONTENT_MAX) say(['content'], 'BASE_TYPE_MAX_LENGTH', `Must be ${CONTENT_MAX} or fewer in length.`);
    checkMentions(body.allowed_mentions, say);
    checkEmbeds(body.embeds ?? [], say);
    if (flags & FLAG.COMPONENTS_V2) {
        for (const key of ['content', 'embeds', 'poll', 'sticker_ids']) {
            const empty = body[key] === undefined || body[key] === null || body[key].length === 0;
            if (!empty) say([key], 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', 'Not with components v2.');
        }
    }
    checkComponents(body.components ?? [], Boolean(flags & FLAG.COMPONENTS_V2), say);
    errors.throwIfAny();
}

/**
 * An edit of `message`; returns the flags it has afterwards. Components v2 stay
 * for good and leave no room for content and embeds; what is public or private
 * stays so (Message resource, Edit Message; Message Flags).
 */
export function checkEdit(message, body, path = []) {
    const fixed = message.flags & ~(FLAG.LOADING | FLAG.SUPPRESS_EMBEDS);
    checkFlags(body.flags, fixed | FLAG.SUPPRESS_EMBEDS | FLAG.COMPONENTS_V2, [...path, 'flags']);
    const flags = fixed | (body.flags ?? message.flags & FLAG.SUPPRESS_EMBEDS);
    const left = (key) => (body[key] === undefined && message[key].length ? { [key]: message[key] } : {});
    checkMessage({ ...left('content'), ...left('embeds'), ...body, flags }, path);
    return flags;
}

// Message resource, Allowed Mentions Object: mutually exclusive, and sets.
function checkMentions(mentions, say) {
    for (const kind of ['users', 'roles']) {
        const ids = mentions?.[kind] ?? [];
        if (new Set(ids).size < ids.length) say(['allowed_mentions', kind], 'SET_TYPE_ALREADY_CONTAINS_VALUE', 'The set already contains this value');
        if (mentions?.parse?.includes(kind) && mentions[kind]?.length) {
            say(['allowed_mentions'], 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`);
        }
    }
}

const EMBED_PARTS = ['title', 'description', 'fields', 'footer', 'author', 'image', 'thumbnail'];

function checkEmbeds(embeds, say) {
    let total = 0;
    embeds.forEach((embed, index) => {
        if (!EMBED_PARTS.some((key) => embed[key]?.length || typeof embed[key] === 'object')) say(['embeds', index, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required');
        const texts = [embed.title, embed.description, embed.footer?.text, embed.author?.name];
        (embed.fields ?? []).forEach((field, at) => {
            for (const key of ['name', 'value']) {
                if (!field[key]?.trim()) say(['embeds', index, 'fields', at, key], 'BASE_TYPE_REQUIRED', 'This field is required');
                texts.push(field[key]);
            }
        });
        for (const text of texts) total += text?.trim().length ?? 0;
    });
    if (total > EMBED_TOTAL) say(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${EMBED_TOTAL}`);
}

/** Which flags may be set where (Message resource, Message Flags). */
export function checkFlags(flags, allowed, path = ['flags']) {
    const errors = new FormErrors();
    errors.check(!((flags ?? 0) & ~allowed), path, 'BASE_TYPE_FLAGS', `Only flags ${allowed} may be set here.`);
    errors.throwIfAny();
}

const TYPED = { 3: (value) => typeof value === 'string', 4: Number.isSafeInteger, 10: Number.isFinite };

/** Choices, offered or registered: at most 25, names and values 1-100, values of the option's type. */
export function checkChoices(choices, path, type, errors = new FormErrors()) {
    const inside = (text) => text.trim().length >= 1 && text.length <= 100;
    errors.check(choices.length <= 25, path, 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
    choices.forEach((choice, at) => {
        if (!choice) { errors.add([...path, at], 'BASE_TYPE_REQUIRED', 'This field is required'); return; }
        const { name, value } = choice;
        errors.check(inside(name), [...path, at, 'name'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
        errors.check(typeof value !== 'string' || inside(value), [...path, at, 'value'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
        errors.check(TYPED[type](value), [...path, at, 'value'], 'APPLICATION_COMMAND_OPTIONS_CHOICE_TYPE', `Not a value of option type ${type}.`);
    });
    return errors;
}

/** The definitions of a bulk PUT (Application Commands). */
export function checkCommands(list) {
    const errors = new FormErrors();
    const caps = { 1: 100, 2: 15, 3: 15, 4: 1 };
    const seen = new Set();
    list.forEach((command, at) => {
        const type = command.type ?? 1;
        const key = `${type} ${command.name}`;
        errors.check(!seen.has(key), [at, 'name'], 'APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
        seen.add(key);
        errors.check(--caps[type] >= 0, [at], 'APPLICATION_COMMANDS_MAX', 'Too many commands of this type.');
        if (type === 1) checkNamed(command, [at], errors);
        else checkMenu(command, [at], errors);
        checkOptions(command.options ?? [], [at, 'options'], errors, 0);
        errors.check(size(command) <= COMMAND_TOTAL, [at], 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${COMMAND_TOTAL})`);
    });
    errors.throwIfAny();
}

function checkNamed(thing, path, errors) {
    errors.check(NAME.test(thing.name) && thing.name === thing.name.toLowerCase(), [...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
    errors.check(thing.description?.length >= 1 && thing.description.length <= 100, [...path, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required');
}

// Application Commands, User and Message Commands: spaces and capitals, nothing else.
function checkMenu(menu, path, errors) {
    const { name, description, options } = menu;
    errors.check(name === name.trim() && !/\s{2}|[\t\r\n]/.test(name), [...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
    errors.check(!description, [...path, 'description'], 'APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION', 'Context menu commands cannot have description');
    errors.check(!options, [...path, 'options'], 'APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS', 'Context menu commands cannot have options');
}

/** depth 0: of a command, 1: of a group, 2: of a subcommand. */
function checkOptions(options, path, errors, depth) {
    const seen = new Set();
    let optionalSeen = false;
    const nested = options.filter((option) => option.type <= 2).length;
    errors.check(nested === 0 || nested === options.length, path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Subcommands and options do not mix.');
    options.forEach((option, at) => {
        const here = [...path, at];
        checkNamed(option, here, errors);
        errors.check(!seen.has(option.name), here, 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID', 'Option name is duplicated');
        seen.add(option.name);
        if (option.type <= 2) {
            errors.check(depth === 0 || (depth === 1 && option.type === 1), here, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Nested too deep.');
            checkOptions(option.options ?? [], [...here, 'options'], errors, option.type === 2 ? 1 : 2);
            return;
        }
        errors.check(!(option.required && optionalSeen), here, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options must be placed before non-required options');
        optionalSeen ||= !option.required;
        errors.check(!(option.autocomplete && option.choices?.length), here, 'APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES', 'Autocomplete excludes choices.');
        if (option.choices) checkChoices(option.choices, [...here, 'choices'], option.type, errors);
    });
}

function size(thing) {
    let total = thing.name.length + (thing.description?.length ?? 0);
    for (const option of thing.options ?? []) total += size(option);
    for (const choice of thing.choices ?? []) total += choice.name.length + (typeof choice.value === 'string' ? choice.value.length : 0);
    return total;
}

/** Channel fields (Channel resource, Modify Channel). */
export function checkChannel(body, type) {
    const errors = new FormErrors();
    const most = type === 15 || type === 16 ? 4096 : 1024;
    errors.check((body.topic?.length ?? 0) <= most, ['topic'], 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`);
    errors.throwIfAny();
}
