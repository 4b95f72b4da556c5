// Permission bits and their arithmetic (Discord docs, Permissions).

export const BITS = {
    ADMINISTRATOR: 1n << 3n,
    MANAGE_CHANNELS: 1n << 4n,
    ADD_REACTIONS: 1n << 6n,
    VIEW_AUDIT_LOG: 1n << 7n,
    VIEW_CHANNEL: 1n << 10n,
    SEND_MESSAGES: 1n << 11n,
    MANAGE_MESSAGES: 1n << 13n,
    EMBED_LINKS: 1n << 14n,
    ATTACH_FILES: 1n << 15n,
    READ_MESSAGE_HISTORY: 1n << 16n,
    MENTION_EVERYONE: 1n << 17n,
    MANAGE_ROLES: 1n << 28n,
    MANAGE_WEBHOOKS: 1n << 29n,
    USE_APPLICATION_COMMANDS: 1n << 31n,
    MANAGE_EVENTS: 1n << 33n,
    MANAGE_THREADS: 1n << 34n,
    CREATE_PUBLIC_THREADS: 1n << 35n,
    CREATE_PRIVATE_THREADS: 1n << 36n,
    SEND_MESSAGES_IN_THREADS: 1n << 38n,
    MODERATE_MEMBERS: 1n << 40n,
    CREATE_EVENTS: 1n << 44n,
    SEND_POLLS: 1n << 49n,
    PIN_MESSAGES: 1n << 51n,
    BYPASS_SLOWMODE: 1n << 52n,
};
/** With 2FA of its owner only, where a server asks for it (Permissions, Bitwise Permission Flags). */
export const ELEVATED = new Set(['ADMINISTRATOR', 'MANAGE_CHANNELS', 'MANAGE_MESSAGES', 'MANAGE_ROLES', 'MANAGE_WEBHOOKS', 'MANAGE_THREADS']);
const ALL = (1n << 53n) - 1n;

/** 'SEND_MESSAGES', ['A', 'B'], a decimal string, a BigInt: as one BigInt. */
export function bits(value) {
    if (typeof value === 'bigint') return value;
    if (Array.isArray(value)) return value.reduce((sum, one) => sum | bits(one), 0n);
    if (value in BITS) return BITS[value];
    return BigInt(value ?? 0);
}

export const names = (value) => Object.keys(BITS).filter((name) => (value & BITS[name]) === BITS[name]);

/** What a new server lets everybody do, as far as it matters here. */
export const EVERYONE = bits(['ADD_REACTIONS', 'VIEW_CHANNEL', 'SEND_MESSAGES', 'EMBED_LINKS',
    'ATTACH_FILES', 'READ_MESSAGE_HISTORY', 'USE_APPLICATION_COMMANDS', 'CREATE_PUBLIC_THREADS',
    'CREATE_PRIVATE_THREADS', 'SEND_MESSAGES_IN_THREADS']);

/** The smallest set the bot is installed with: no MENTION_EVERYONE, no ADMINISTRATOR. */
export const BOT_INSTALL = bits(['MANAGE_CHANNELS', 'ADD_REACTIONS', 'VIEW_CHANNEL', 'SEND_MESSAGES',
    'EMBED_LINKS', 'ATTACH_FILES', 'READ_MESSAGE_HISTORY', 'MANAGE_ROLES', 'USE_APPLICATION_COMMANDS',
    'CREATE_PUBLIC_THREADS', 'CREATE_PRIVATE_THREADS', 'SEND_MESSAGES_IN_THREADS', 'PIN_MESSAGES']);

/** Guild-wide: roles only. */
export function basePermissions(guild, member) {
    if (guild.ownerId === member.id) return ALL;
    let held = guild.roles.get(guild.id).permissions;
    for (const id of member.roleIds) held |= guild.roles.get(id)?.permissions ?? 0n;
    return held & BITS.ADMINISTRATOR ? ALL : held;
}

function withOverwrites(channel, member, base) {
    if (base === ALL) return ALL;
    const apply = (held, over) => (over ? (held & ~over.deny) | over.allow : held);
    let held = apply(base, channel.overwrites.get(channel.guild.id));
    const roles = { allow: 0n, deny: 0n };
    for (const id of member.roleIds) {
        const over = channel.overwrites.get(id);
        if (over) { roles.allow |= over.allow; roles.deny |= over.deny; }
    }
    held = apply(held, roles);
    return apply(held, channel.overwrites.get(member.id));
}

/** In one channel: overwrites, then what is implied by what is missing. */
export function channelPermissions(channel, member) {
    const place = channel.isThread ? channel.parent ?? channel : channel;
    let held = withOverwrites(place, member, basePermissions(channel.guild, member));
    if (held === ALL) return ALL;
    if (!(held & BITS.VIEW_CHANNEL)) return 0n;
    if (channel.isThread) {
        const privateThread = channel.type === 12;
        if (privateThread && !channel.memberIds.has(member.id) && !(held & BITS.MANAGE_THREADS)) return 0n;
    } else if (!(held & BITS.SEND_MESSAGES)) {
        held &= ~(BITS.MENTION_EVERYONE | BITS.ATTACH_FILES | BITS.EMBED_LINKS);
    }
    if (member.timedOutUntil) held &= BITS.VIEW_CHANNEL | BITS.READ_MESSAGE_HISTORY;
    return held;
}

/** May this member write here? */
export function maySend(channel, held) {
    return Boolean(held & (channel.isThread ? BITS.SEND_MESSAGES_IN_THREADS : BITS.SEND_MESSAGES));
}
