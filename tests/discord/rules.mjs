// Documented limits that the published schema does not hold. Each function
// throws one 50035 with every broken rule in its errors tree.

import { FormErrors } from './errors.mjs';
import { FLAG, eachComponent } from './messages.mjs';

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

// Message resource, Allowed Mentions Object: mutually exclusive.
function checkMentions(mentions, say) {
    for (const kind of ['users', 'roles']) {
        if (mentions?.parse?.includes(kind) && mentions[kind]?.length) {
            say(['allowed_mentions'], 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`);
        }
    }
}

function checkEmbeds(embeds, say) {
    let total = 0;
    embeds.forEach((embed, index) => {
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

// Component Reference: legacy messages are up to 5 rows of 5 buttons or 1 select.
function checkComponents(components, v2, say) {
    const seen = new Set();
    let count = 0;
    if (!v2 && components.length > 5) say(['components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    components.forEach((row, at) => {
        if (!v2 && row.type !== 1) say(['components', at, 'type'], 'BASE_TYPE_CHOICES', 'Only action rows without components v2.');
        if (row.type === 1 && row.components.length > 1 && row.components.some((one) => one.type !== 2)) {
            say(['components', at, 'components'], 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'A row holds 5 buttons or 1 select.');
        }
    });
    eachComponent(components, (component) => {
        count++;
        if (component.custom_id !== undefined) {
            if (seen.has(component.custom_id)) say(['components'], 'COMPONENT_CUSTOM_ID_DUPLICATED', `Component custom id "${component.custom_id}" cannot be duplicated`);
            seen.add(component.custom_id);
        }
        if (component.type === 2) checkButton(component, say);
    });
    if (count > 40) say(['components'], 'BASE_TYPE_MAX_LENGTH', 'Must be 40 or fewer components, nested ones counted.');
}

function checkButton(button, say) {
    const link = button.style === 5;
    if (link !== (button.url !== undefined)) say(['components'], 'BUTTON_COMPONENT_URL', 'A url goes with style 5 and only there.');
    if (link === (button.custom_id !== undefined)) say(['components'], 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required, but for links.');
    if (!button.label && !button.emoji) say(['components'], 'BUTTON_COMPONENT_LABEL_REQUIRED', 'A label or emoji is required.');
}

/** Which flags may be set where (Message resource, Message Flags). */
export function checkFlags(flags, allowed, path = ['flags']) {
    const errors = new FormErrors();
    errors.check(!((flags ?? 0) & ~allowed), path, 'BASE_TYPE_FLAGS', `Only flags ${allowed} may be set here.`);
    errors.throwIfAny();
}

/** A modal's data (Interactions, Modal; Component Reference, Label). */
export function checkModal(modal) {
    const errors = new FormErrors();
    const seen = new Set();
    errors.check(modal.components.length <= 5, ['data', 'components'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 5 in length.');
    modal.components.forEach((top, at) => {
        const inner = top.component ?? top.components?.[0];
        const path = ['data', 'components', at, 'component'];
        if (!inner) return;
        errors.check(!seen.has(inner.custom_id), path, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Custom ids differ within a form.');
        seen.add(inner.custom_id);
        errors.check(inner.disabled === undefined, [...path, 'disabled'], 'BASE_TYPE_UNKNOWN_KEY', 'Not in a form.');
        if (inner.type === 4 && top.type === 18) {
            errors.check(!inner.label, [...path, 'label'], 'BASE_TYPE_UNKNOWN_KEY', 'The label is the Label\'s.');
            errors.check((inner.value?.length ?? 0) <= (inner.max_length ?? 4000), [...path, 'value'], 'BASE_TYPE_MAX_LENGTH', 'Longer than max_length.');
        }
    });
    errors.throwIfAny();
}

/** Autocomplete answers: at most 25, names 1-100, values up to 100. */
export function checkChoices(choices, path) {
    const errors = new FormErrors();
    errors.check(choices.length <= 25, path, 'BASE_TYPE_MAX_LENGTH', 'Must be 25 or fewer in length.');
    choices.forEach((choice, at) => {
        errors.check(choice.name.length >= 1 && choice.name.length <= 100, [...path, at, 'name'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 100 in length.');
        errors.check(typeof choice.value !== 'string' || choice.value.length <= 100, [...path, at, 'value'], 'BASE_TYPE_MAX_LENGTH', 'Must be 100 or fewer in length.');
    });
    errors.throwIfAny();
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
        else errors.check(!command.description && !command.options, [at], 'APPLICATION_COMMAND_INVALID_DESCRIPTION', 'Menus have no description and no options.');
        checkOptions(command.options ?? [], [at, 'options'], errors, 0);
        errors.check(size(command) <= COMMAND_TOTAL, [at], 'APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${COMMAND_TOTAL})`);
    });
    errors.throwIfAny();
}

function checkNamed(thing, path, errors) {
    errors.check(NAME.test(thing.name) && thing.name === thing.name.toLowerCase(), [...path, 'name'], 'APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
    errors.check(thing.description?.length >= 1 && thing.description.length <= 100, [...path, 'description'], 'BASE_TYPE_REQUIRED', 'This field is required');
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
        if (option.choices) checkChoices(option.choices, [...here, 'choices']);
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
