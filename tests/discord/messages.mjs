// Messages: what is in them, who is pinged, nonces, pins (Discord docs, Message
// resource).

import { timestamp } from './clock.mjs';
import { refuse } from './errors.mjs';
import { checkUploads } from './files.mjs';
import { BITS } from './permissions.mjs';
import { userJson } from './world.mjs';

export const FLAG = { SUPPRESS_EMBEDS: 4, EPHEMERAL: 64, LOADING: 128, SILENT: 4096, COMPONENTS_V2: 32768 };
const OLD_MESSAGE_MS = 3600_000;
const NONCE_WINDOW_MS = 5 * 60_000; // "the past few minutes"

export class Message {
    constructor(channel, author, { id, type = 0, flags = 0, reference = null, at }) {
        this.id = id;
        this.channel = channel;
        this.author = author;
        this.type = type;
        this.flags = flags;
        this.createdAt = at;
        this.editedAt = null;
        this.edits = 0;
        this.content = '';
        this.embeds = [];
        this.components = [];
        this.attachments = []; // files of Files
        this.reference = reference;
        this.interaction = null; // the one it answers
        this.deleted = false;
        this.pinged = { users: [], roles: [], everyone: false };
    }

    /** Still to be seen, by those who could? */
    get exists() { return !this.deleted && this.channel.exists && (this.ephemeral || this.channel.messages.get(this.id) === this); }
    get loading() { return Boolean(this.flags & FLAG.LOADING); }
    get ephemeral() { return Boolean(this.flags & FLAG.EPHEMERAL); }
    get pinned() { return this.channel.pins.has(this.id); }
    get url() { return `https://discord.com/channels/${this.channel.guild.id}/${this.channel.id}/${this.id}`; }

    /** All that a person reads in it, one part a line. */
    get text() {
        const parts = [this.content];
        for (const embed of this.embeds) {
            parts.push(embed.author?.name, embed.title, embed.description);
            for (const field of embed.fields ?? []) parts.push(field.name, field.value);
            parts.push(embed.footer?.text);
        }
        eachComponent(this.components, (component) => parts.push(component.content, component.label, component.placeholder));
        return parts.filter(Boolean).join('\n');
    }

    /** Takes over the fields of a create or edit that are there. */
    apply(body, files, mentions) {
        if (body.content !== undefined) this.content = (body.content ?? '').trim();
        if (body.embeds !== undefined) this.embeds = (body.embeds ?? []).map((embed) => ({ type: 'rich', ...trimmed(embed) }));
        if (body.components !== undefined) this.components = numbered(body.components ?? []);
        if (body.attachments !== undefined && body.attachments !== null) {
            const kept = new Set(body.attachments.map((one) => String(one.id)));
            this.attachments = this.attachments.filter((file) => kept.has(file.id));
        }
        this.attachments = [...this.attachments, ...files];
        if (body.content !== undefined || body.components !== undefined) this.pinged = mentions(this);
    }

    isEmpty() {
        return !this.content && !this.embeds.length && !this.components.length && !this.attachments.length;
    }

    json() {
        return {
            id: this.id, channel_id: this.channel.id, type: this.type, content: this.content,
            author: userJson(this.author), timestamp: timestamp(this.createdAt),
            edited_timestamp: this.editedAt && timestamp(this.editedAt), tts: false,
            mention_everyone: this.pinged.everyone,
            mentions: this.pinged.users.map((id) => userJson(this.channel.guild.members.get(id).user)),
            mention_roles: this.pinged.roles, attachments: this.attachments.map((file) => file.json),
            embeds: this.embeds, components: this.components, pinned: this.pinned, flags: this.flags,
            ...(this.nonce === undefined ? {} : { nonce: this.nonce }),
            ...(this.reference ? { message_reference: this.reference } : {}),
            ...(this.interaction ? this.#interactionJson() : {}),
        };
    }

    #interactionJson() {
        const { id, type, member, guild } = this.interaction;
        return {
            webhook_id: guild.world.applicationId, application_id: guild.world.applicationId,
            interaction_metadata: {
                id, type, user: userJson(member.user), authorizing_integration_owners: { 0: guild.id },
                ...(this.interaction.commandName ? { name: this.interaction.commandName } : {}),
            },
        };
    }
}

/** Calls `visit` for each component, nested ones too. */
export function eachComponent(list, visit) {
    for (const component of list ?? []) {
        visit(component);
        eachComponent(component.components, visit);
        if (component.component) eachComponent([component.component], visit);
        if (component.accessory) eachComponent([component.accessory], visit);
    }
}

/** Discord keeps no blanks at either end of a text (Message resource, Embed Limits). */
function trimmed(value) {
    if (typeof value === 'string') return value.trim();
    if (Array.isArray(value)) return value.map(trimmed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, trimmed(one)]));
}

function numbered(components) {
    const copy = structuredClone(components);
    let next = 1;
    eachComponent(copy, (component) => { component.id = component.id || next; next = component.id + 1; });
    return copy;
}

/** Who a text pings under these allowed_mentions (Allowed Mentions object). */
function pingsOf(message, allowed, held) {
    const guild = message.channel.guild;
    const parse = allowed ? allowed.parse ?? [] : ['users', 'roles', 'everyone'];
    let text = message.content;
    eachComponent(message.components, (component) => { if (component.type === 10) text += `\n${component.content}`; });
    const found = (regex) => [...new Set([...text.matchAll(regex)].map((match) => match[1]))];
    const may = (kind, id) => parse.includes(kind) || (allowed?.[kind] ?? []).includes(id);
    const anyRole = Boolean(held & BITS.MENTION_EVERYONE);
    return {
        users: found(/<@!?(\d+)>/g).filter((id) => guild.members.has(id) && may('users', id)),
        roles: found(/<@&(\d+)>/g).filter((id) => guild.roles.has(id) && may('roles', id)
            && (anyRole || guild.roles.get(id).mentionable)),
        everyone: anyRole && parse.includes('everyone') && /@(everyone|here)/.test(text),
    };
}

/** The operations on messages of one world. */
export class Messages {
    constructor(world, files, diary) {
        this.world = world;
        this.files = files;
        this.diary = diary;
        this.nonces = new Map();
    }

    find(channel, id) { return channel.messages.get(id) ?? refuse(10008); }

    /** Stores what came with a body; `kept`: files that the message has. */
    #upload(channel, body, uploads, kept) {
        checkUploads(body, uploads, channel.guild, kept);
        const described = new Map((body.attachments ?? []).map((one) => [String(one.id), one]));
        return uploads.map(({ index, name, type, bytes }) => {
            const about = described.get(String(index));
            return this.files.add(channel.id, { name: about?.filename ?? name, type, bytes, description: about?.description });
        });
    }

    /** A message that is not in a channel yet (ephemeral ones never are). */
    make(channel, author, body, { uploads = [], held = 0n, type, flags = 0, interaction, reference } = {}) {
        const message = new Message(channel, author, { id: this.world.makeId(), type, flags, reference, at: this.world.clock.now() });
        message.interaction = interaction ?? null;
        message.apply(body, this.#upload(channel, body, uploads), (made) => pingsOf(made, body.allowed_mentions, held));
        return message;
    }

    /** Into its channel; one that only one person sees is in no list of the channel's. */
    post(message) {
        const { channel } = message;
        this.#note('create', message);
        if (message.ephemeral) {
            channel.whispers.push(message);
            this.world.changed();
            return message;
        }
        channel.messages.set(message.id, message);
        channel.lastMessageId = message.id;
        if (channel.isThread && channel.archived && !channel.locked) { channel.archived = false; channel.guild.tell('UPDATE', channel); }
        if (channel.isThread) channel.memberIds.add(message.author.id);
        this.#tell('CREATE', message);
        return message;
    }

    edit(message, body, { uploads = [], held = 0n, flags } = {}) {
        const { content, embeds, components, attachments, pinged } = message;
        message.apply(body, this.#upload(message.channel, body, uploads, attachments), (made) => pingsOf(made, body.allowed_mentions, held));
        if (message.isEmpty()) {
            Object.assign(message, { content, embeds, components, attachments, pinged });
            refuse(50006);
        }
        if (flags !== undefined) message.flags = flags;
        message.editedAt = this.world.clock.now();
        message.edits++;
        this.#note('edit', message);
        if (message.channel.messages.has(message.id)) this.#tell('UPDATE', message);
        else this.world.changed();
        return message;
    }

    delete(message) {
        const { channel } = message;
        this.#forget(message);
        if (message.ephemeral) { this.world.changed(); return; }
        this.world.emit('MESSAGE_DELETE', { id: message.id, channel_id: channel.id, guild_id: channel.guild.id }, { guild: channel.guild, channel });
        this.world.changed();
    }

    /** Several of one channel at once, as moderation does. */
    deleteBulk(channel, messages) {
        for (const message of messages) this.#forget(message);
        const ids = messages.map((message) => message.id);
        this.world.emit('MESSAGE_DELETE_BULK', { ids, channel_id: channel.id, guild_id: channel.guild.id }, { guild: channel.guild, channel });
        this.world.changed();
    }

    // No CHANNEL_PINS_UPDATE comes of it (Gateway Events, Channel Pins Update).
    #forget(message) {
        message.deleted = true;
        this.#note('delete', message, '');
        message.channel.messages.delete(message.id);
        message.channel.pins.delete(message.id);
        this.files.remove(message.attachments);
    }

    pin(message, by = this.world.bot) {
        const { channel } = message;
        if (channel.pins.has(message.id)) return;
        if (channel.pins.size >= channel.guild.limits.pins) refuse(30003);
        channel.pins.set(message.id, this.world.clock.now());
        channel.lastPinAt = this.world.clock.now();
        this.#tellPins(channel);
        const reference = { type: 0, channel_id: channel.id, message_id: message.id, guild_id: channel.guild.id };
        this.post(this.make(channel, by, {}, { type: 6, reference }));
    }

    unpin(message) {
        if (message.channel.pins.delete(message.id)) this.#tellPins(message.channel);
    }

    isOld(message) { return this.world.clock.now() - message.createdAt > OLD_MESSAGE_MS; }

    /** The message made earlier under this nonce, if any. */
    earlier(nonce, body) {
        const now = this.world.clock.now();
        const known = this.nonces.get(String(nonce));
        if (!known || now - known.at > NONCE_WINDOW_MS) return null;
        if (!known.message.channel.messages.has(known.message.id)) refuse(10008);
        return { message: known.message, sameBody: known.body === JSON.stringify(body) };
    }

    remember(nonce, body, message) {
        this.nonces.set(String(nonce), { at: this.world.clock.now(), body: JSON.stringify(body), message });
    }

    #note(what, message, text) {
        this.diary.note(what, { channel: message.channel, message, text, to: message.ephemeral ? message.interaction.member.id : null });
    }

    #tell(verb, message) {
        const { channel } = message;
        const data = () => ({
            ...message.json(), guild_id: channel.guild.id,
            ...(channel.guild.members.has(message.author.id) ? { member: channel.guild.members.get(message.author.id).partialJson() } : {}),
        });
        this.world.emit(`MESSAGE_${verb}`, data, { guild: channel.guild, channel, message });
        this.world.changed();
    }

    #tellPins(channel) {
        const data = { guild_id: channel.guild.id, channel_id: channel.id, last_pin_timestamp: channel.lastPinAt && timestamp(channel.lastPinAt) };
        this.world.emit('CHANNEL_PINS_UPDATE', data, { guild: channel.guild, channel });
        this.world.changed();
    }
}
