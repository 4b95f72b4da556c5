// What one person sees, as plain data for the page: the rooms that Discord's
// permissions show them, one room's messages, their own private answers.

import { FLAG } from '../discord/messages.mjs';
import { AUTOCOMPLETE } from '../discord/interactions.mjs';
import { BITS, maySend } from '../discord/permissions.mjs';

const CATEGORY = 4;
const SHOWN_MESSAGES = 200;
const SLASH = 1, USER_MENU = 2, MESSAGE_MENU = 3, SUBCOMMANDS = 2;

const older = (one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1);

export class View {
    constructor(standin, guild, postmortems, forum) {
        this.standin = standin;
        this.guild = guild;
        this.postmortems = postmortems;
        this.forum = forum;
        this.dismissed = new Set(); // ids of private answers that were read
    }

    sees(person, channel) { return (person.member.permissionsIn(channel) & BITS.VIEW_CHANNEL) !== 0n; }

    /** A private incident's page is in the responders' repository, not in everybody's. */
    mayRead(person, page) {
        return !page.limited || person.id === this.guild.ownerId || person.member.roleIds.has(this.guild.role('responder').id);
    }

    /** The room of that id if the person sees it, else the first they see. */
    place(person, channelId) {
        const wanted = this.standin.world.channels.get(channelId);
        if (wanted && wanted.type !== CATEGORY && this.sees(person, wanted)) return wanted;
        return [...this.guild.channels.values()].find((channel) => channel.type !== CATEGORY && this.sees(person, channel));
    }

    of(person, channelId) {
        const place = this.place(person, channelId);
        const { member } = person;
        return {
            guild: this.guild.name,
            me: { id: member.id, name: member.displayName },
            members: [...this.guild.members.values()].map((one) => this.#memberView(one)),
            roles: [...this.guild.roles.values()].map(({ id, name }) => ({ id, name })),
            channels: this.#channels(person),
            forumIsBroken: this.forum.isBroken,
            room: place ? this.#room(person, place) : null,
            postmortems: this.postmortems.list.filter((page) => this.mayRead(person, page)),
        };
    }

    #memberView(member) {
        const roles = [...member.roleIds].map((id) => this.guild.roles.get(id)?.name).filter(Boolean);
        return {
            id: member.id, name: member.displayName, bot: member.user.bot, owner: member.id === this.guild.ownerId,
            roles: member.user.bot ? [] : roles,
        };
    }

    #channels(person) {
        const all = [...this.guild.channels.values(), ...this.guild.threads.values()];
        return all.filter((channel) => this.sees(person, channel)).map((channel) => ({
            id: channel.id, name: channel.name, type: channel.type, parent: channel.parentId, thread: channel.isThread,
            last: channel.all.at(-1)?.id ?? null, ...this.#access(person, channel),
        }));
    }

    /** `limited`: not everybody sees it; `writable`: this person may write. */
    #access(person, channel) {
        const people = [...this.guild.members.values()].filter((member) => !member.user.bot);
        const may = (member) => maySend(channel, member.permissionsIn(channel));
        return {
            limited: people.some((member) => !(member.permissionsIn(channel) & BITS.VIEW_CHANNEL)),
            writable: may(person.member),
        };
    }

    #room(person, channel) {
        const found = new Map();
        for (const message of person.reads(channel)) found.set(message.id, this.#message(message));
        for (const answer of this.#privateAnswers(person, channel)) found.set(answer.id, answer);
        const held = person.member.permissionsIn(channel);
        return {
            id: channel.id, name: channel.name, topic: readable(channel.topic), ...this.#access(person, channel),
            messages: [...found.values()].sort(older).slice(-SHOWN_MESSAGES),
            manages: { messages: Boolean(held & BITS.MANAGE_MESSAGES), room: Boolean(held & BITS.MANAGE_CHANNELS) },
            pins: person.reads(channel).length ? channel.pinned.map((message) => message.id) : [],
        };
    }

    *#privateAnswers(person, channel) {
        const now = this.standin.clock.now();
        for (const interaction of this.standin.interactions.byId.values()) {
            if (interaction.member.id !== person.id || interaction.channel.id !== channel.id) continue;
            if (interaction.type === AUTOCOMPLETE || this.dismissed.has(interaction.id)) continue;
            if (!interaction.answered) {
                const late = now - interaction.createdAt > this.standin.options.ackDeadline;
                yield this.#unanswered(interaction, late);
                continue;
            }
            const messages = [interaction.original, ...interaction.followups.values()];
            for (const message of messages) {
                if (message?.ephemeral && !message.deleted && !this.dismissed.has(message.id)) yield this.#message(message);
            }
        }
    }

    #unanswered(interaction, late) {
        return {
            id: interaction.id, author: this.#author(this.standin.world.bot), at: interaction.createdAt, ephemeral: true,
            pending: !late, failed: late, content: late ? 'The application did not respond.' : '', embeds: [], components: [], files: [],
            ...this.#occasion(interaction),
        };
    }

    #author(user) {
        const member = this.guild.members.get(user.id);
        return { id: user.id, name: member?.displayName ?? user.name, bot: user.bot };
    }

    /** Who asked for an answer, and how. */
    #occasion(interaction) {
        if (!interaction) return {};
        const { member, source, commandName, data } = interaction;
        const by = member.displayName;
        if (commandName) return { asked: { by, what: data.type === SLASH ? `/${commandName}` : commandName } };
        if (source) return { asked: { by, on: source.id } };
        return { asked: { by } };
    }

    #message(message) {
        const { reference } = message;
        return {
            id: message.id, type: message.type, author: this.#author(message.author), at: message.createdAt,
            edited: message.editedAt !== null && !message.ephemeral, content: message.content, embeds: message.embeds,
            components: message.components, files: message.attachments.map((file) => this.fileView(file)),
            pinned: message.pinned, ephemeral: message.ephemeral, thinking: Boolean(message.flags & FLAG.LOADING),
            rich: Boolean(message.flags & FLAG.COMPONENTS_V2), quiet: Boolean(message.flags & FLAG.SUPPRESS_EMBEDS),
            ...(reference?.message_id ? { refers: reference.message_id } : {}),
            ...(message.ephemeral || message.type === 20 || message.type === 23 ? this.#occasion(message.interaction) : {}),
        };
    }

    fileView({ json, path }) {
        return { id: json.id, name: json.filename, size: json.size, type: json.content_type, about: json.description, path: path.replace('/attachments/', '/files/') };
    }

    /** The commands and menus that this person may use in the room. */
    commands(person, channelId) {
        const place = this.place(person, channelId);
        const { commands } = this.standin.world;
        const known = [...(commands.guilds.get(this.guild.id) ?? []), ...commands.global];
        const menus = (type) => known.filter((one) => one.type === type && place && person.sees(one.name, place)).map(({ name }) => name);
        return {
            slash: known.filter((one) => one.type === SLASH).flatMap((one) => leaves(one, one.name))
                .filter(({ path }) => place && person.sees(`/${path}`, place)),
            onMessage: menus(MESSAGE_MENU), onMember: menus(USER_MENU),
        };
    }
}

/** Every command that can be called: those with subcommands cannot. */
function leaves(node, path) {
    const options = node.options ?? [];
    const nested = options.filter((option) => option.type <= SUBCOMMANDS);
    if (nested.length) return nested.flatMap((option) => leaves(option, `${path} ${option.name}`));
    return [{ path, description: node.description, options }];
}

// The mark by which the bot knows its rooms is for the bot.
const readable = (topic) => topic?.replace(/\s*\([^()]*\)$/, '') ?? null;
