// A channel as a reader sees it now, as text: mentions by name, times as the
// client shows them in UTC (Discord docs, Reference, Message Formatting).

/** What `person` sees of a channel, a paragraph for each message. */
export function screenOf(person, channel) {
    const whispers = channel.whispers.filter((message) => message.exists && message.interaction.member.id === person.id);
    const all = [...person.reads(channel), ...whispers].sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    return all.map((message) => [...bodyOf(message), ...message.attachments.map((file) => `[${file.name}]`)].join('\n'))
        .filter(Boolean).map((text) => shown(text, channel.guild)).join('\n\n');
}

function bodyOf(message) {
    if (message.loading) return ['thinking…'];
    return message.text ? [message.text] : [];
}

export function shown(text, guild) {
    const { world } = guild;
    const now = world.clock.now();
    return text
        .replace(/<@!?(\d+)>/g, (mark, id) => `@${guild.members.get(id)?.displayName ?? 'unknown-user'}`)
        .replace(/<@&(\d+)>/g, (mark, id) => `@${guild.roles.get(id)?.name ?? 'deleted-role'}`)
        .replace(/<#(\d+)>/g, (mark, id) => `#${world.channels.get(id)?.name ?? 'unknown'}`)
        .replace(/<\/([^:>]+):\d+>/g, '/$1')
        .replace(/<t:(-?\d+)(?::([tTdDfFsSR]))?>/g, (mark, seconds, style = 'f') => timeShown(Number(seconds) * 1000, style, now));
}

function timeShown(at, style, now) {
    if (style === 'R') return ago(at, now);
    const [day, clock] = new Date(at).toISOString().split('T');
    const time = 'TS'.includes(style) ? clock.slice(0, 8) : clock.slice(0, 5);
    if (style === 't' || style === 'T') return time;
    return style === 'd' || style === 'D' ? day : `${day} ${time}`;
}

const UNITS = [['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

function ago(at, now) {
    const seconds = Math.round(Math.abs(now - at) / 1000);
    const [unit, size] = UNITS.find(([, one]) => seconds >= one) ?? UNITS.at(-1);
    const count = Math.floor(seconds / size);
    const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
    return at > now ? `in ${words}` : `${words} ago`;
}
