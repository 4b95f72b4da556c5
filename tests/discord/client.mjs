// What a client makes of the things a person types: options of a command,
// fields of a form (Discord docs, Application Commands; Component Reference).

const STRING = 3, INTEGER = 4, BOOLEAN = 5, USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9, NUMBER = 10, FILE = 11;

/**
 * Named values as interaction options plus `resolved`, checked against the
 * registered definition; `raw` skips the checks of length, range and choice.
 */
export function optionsOf(person, leaf, values, { channel, raw, refused }) {
    const known = leaf.options ?? [];
    const resolved = {};
    for (const name of Object.keys(values)) {
        if (!known.some((option) => option.name === name)) refused(`/${leaf.name} has no option ${name}`);
    }
    const missing = known.find((option) => option.required && (values[option.name] ?? null) === null);
    if (missing && !raw) refused(`option ${missing.name} is required`);
    const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
    const options = given.map(([name, value]) => {
        const option = known.find((one) => one.name === name);
        return { name, type: option.type, value: optionValue(person, option, value, { channel, raw, refused, resolved }) };
    });
    return { options, resolved };
}

function optionValue(person, option, value, context) {
    const { raw, refused } = context;
    switch (option.type) {
    case STRING: case INTEGER: case NUMBER: {
        const sent = chosen(option, value, raw, refused) ?? (option.type === STRING ? String(value) : Number(value));
        if (!raw) checkRange(option, sent, refused);
        return sent;
    }
    case BOOLEAN: return Boolean(value);
    case FILE: return resolveFile(person, value, context);
    default: return resolveThing(person, option.type, value, context);
    }
}

/** The value of a choice named by its value or its label. */
function chosen(option, value, raw, refused) {
    if (!option.choices?.length) return undefined;
    const choice = option.choices.find((one) => one.value === value || one.name === value);
    if (!choice && !raw) refused(`${option.name}: no choice "${value}", but ${option.choices.map((one) => one.value).join(', ')}`);
    return choice?.value;
}

function checkRange(option, sent, refused) {
    if (option.type === STRING) {
        if (sent.length < (option.min_length ?? 0)) refused(`${option.name} is shorter than ${option.min_length}`);
        if (sent.length > (option.max_length ?? 6000)) refused(`${option.name} is longer than ${option.max_length ?? 6000}`);
        if (option.required && sent.trim() === '') refused(`option ${option.name} is required`);
        return;
    }
    if (!Number.isFinite(sent) || (option.type === INTEGER && !Number.isSafeInteger(sent))) refused(`${option.name} is no number`);
    if (sent < (option.min_value ?? -Infinity) || sent > (option.max_value ?? Infinity)) refused(`${option.name} is out of range`);
}

function resolveFile(person, file, { channel, resolved }) {
    const stored = person.standin.files.add(channel.id, file);
    (resolved.attachments ??= {})[stored.id] = { ...stored.json, ephemeral: true };
    return stored.id;
}

function resolveThing(person, type, value, { channel, refused, resolved }) {
    const { guild } = person;
    if (type === CHANNEL) {
        const found = typeof value === 'string' ? guild.channel(value) : value;
        const { id, name, parent_id, topic, position } = found.json();
        (resolved.channels ??= {})[id] = {
            id, name, type: found.type, parent_id, topic, position,
            permissions: String(person.member.permissionsIn(found)), app_permissions: String(guild.bot.permissionsIn(found)),
        };
        return id;
    }
    const id = value?.id ?? value;
    const role = type !== USER && [...guild.roles.values()].find((one) => one.id === id || one.name === id);
    if (role) {
        (resolved.roles ??= {})[role.id] = guild.roleJson(role);
        return role.id;
    }
    if (type === ROLE) refused(`no role ${value}`);
    const member = guild.memberNamed(id);
    (resolved.users ??= {})[member.id] = member.json().user;
    (resolved.members ??= {})[member.id] = { ...member.partialJson(), permissions: String(member.permissionsIn(channel)) };
    return member.id;
}

/** Options while typing: required ones may be missing, one is focused. */
export function choicesOf(leaf, values, focused, refused) {
    return Object.entries(values).map(([name, value]) => {
        const option = leaf.options?.find((one) => one.name === name) ?? refused(`/${leaf.name} has no option ${name}`);
        if (name === focused && !option.autocomplete) refused(`${name} has no autocomplete`);
        return { name, type: option.type, value, ...(name === focused ? { focused: true } : {}) };
    });
}

/** What a menu was opened on: a message or a person. */
export function targetOf(target) {
    if (target.channel) return { id: target.id, resolved: { messages: { [target.id]: target.json() } } };
    const member = target.member ?? target;
    return {
        id: member.id,
        resolved: { users: { [member.id]: member.json().user }, members: { [member.id]: member.partialJson() } },
    };
}

/** A form in front of a person. */
export class Modal {
    constructor(data, source) {
        this.customId = data.custom_id;
        this.title = data.title;
        this.components = data.components;
        this.interaction = data.interaction;
        this.source = source; // the message it was opened from, if any
    }

    /** [{customId, label, hint, required, value, maxLength, …}] in order. */
    get fields() {
        return this.components.flatMap((top) => {
            const input = top.component ?? top.components?.[0];
            if (!input) return [];
            return [{
                input, customId: input.custom_id, label: top.label ?? input.label, hint: top.description ?? input.placeholder,
                required: input.required ?? true, value: input.value ?? '', style: input.style,
                minLength: input.min_length ?? 0, maxLength: input.max_length ?? 4000,
            }];
        });
    }

    /** The components of a submit; what is not given keeps its preset value. */
    filled(values, { raw, refused }) {
        const { fields } = this;
        for (const name of Object.keys(values)) {
            if (!fields.some((field) => field.customId === name || field.label === name)) refused(`the form has no field ${name}`);
        }
        let next = 1;
        return this.components.map((top) => {
            const id = next++;
            const field = fields.find((one) => one.input === (top.component ?? top.components?.[0]));
            if (!field) return { type: top.type, id };
            const filled = { type: field.input.type, id: next++, custom_id: field.customId, ...sentValue(field, values, raw, refused) };
            return top.component ? { type: top.type, id, component: filled } : { type: top.type, id, components: [filled] };
        });
    }
}

function sentValue(field, values, raw, refused) {
    const value = values[field.customId] ?? values[field.label];
    if (field.input.type === 23) return { value: Boolean(value) };
    if (field.input.type === 21) return { value: value ?? null };
    if (field.input.type !== STRING + 1) return { values: value === undefined ? [] : [].concat(value) };
    const text = String(value ?? field.value);
    if (!raw) {
        if (field.required && text.trim() === '') refused(`field ${field.label} is required`);
        if (text && text.length < field.minLength) refused(`field ${field.label} is shorter than ${field.minLength}`);
        if (text.length > field.maxLength) refused(`field ${field.label} is longer than ${field.maxLength}`);
    }
    return { value: text };
}
