// What a client makes of the things a person types and points at: options of a
// command, the target of a menu (Discord docs, Application Commands).

export const USER = 6, CHANNEL = 7, ROLE = 8, MENTIONABLE = 9;
const STRING = 3, INTEGER = 4, BOOLEAN = 5, NUMBER = 10, FILE = 11;

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
        if (option.type === STRING) resolveMentions(person, sent, context);
        return sent;
    }
    case BOOLEAN: return Boolean(value);
    case FILE: return resolveFile(person, value, context);
    default: return resolveThing(person, option.type, value, context);
    }
}

/** Who is mentioned within a text comes along as who is picked does (seen by libraries: JDA, OptionMapping.getMentions). */
function resolveMentions(person, text, context) {
    for (const [, id] of text.matchAll(/<@!?(\d+)>/g)) if (person.guild.members.has(id)) resolveThing(person, USER, id, context);
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

/** Uploads a file; its id. */
export function resolveFile(person, file, { channel, raw, refused, resolved }) {
    if (!raw && file.bytes.length > person.guild.limits.fileBytes) refused(`${file.name} is too large`);
    const stored = person.standin.files.add(channel.id, file);
    (resolved.attachments ??= {})[stored.id] = { ...stored.json, ephemeral: true };
    return stored.id;
}

/** A channel, role or person named or given; its id. */
export function resolveThing(person, type, value, { channel, refused, resolved }) {
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
    for (const [kind, found] of Object.entries(memberResolved(member, channel))) resolved[kind] = { ...resolved[kind], ...found };
    return member.id;
}

/**
 * Options while one of them is being typed: what is there so far, unchecked and
 * unresolved; the focused one is text, whatever its type (Receiving and
 * Responding, Autocomplete).
 */
export function typedOf(person, leaf, values, { focused, typed, channel, refused }) {
    const known = (name) => leaf.options?.find((one) => one.name === name) ?? refused(`/${leaf.name} has no option ${name}`);
    if (!known(focused).autocomplete) refused(`${focused} has no autocomplete`);
    const options = Object.entries(values).filter(([name, value]) => name !== focused && (value ?? null) !== null).map(([name, value]) => {
        const option = known(name);
        if (option.type === FILE) return { name, type: FILE, value: person.standin.world.makeId() };
        return { name, type: option.type, value: optionValue(person, option, value, { channel, raw: true, refused, resolved: {} }) };
    });
    return [...options, { name: focused, type: known(focused).type, value: String(typed), focused: true }];
}

/** What a menu was opened on: a message or a person. */
export function targetOf(target, channel) {
    if (target.channel) return { target_id: target.id, resolved: { messages: { [target.id]: target.json() } } };
    return { target_id: target.id, resolved: memberResolved(target, channel) };
}

const memberResolved = (member, channel) => ({
    users: { [member.id]: member.json().user },
    members: { [member.id]: { ...member.partialJson(), permissions: String(member.permissionsIn(channel)) } },
});
