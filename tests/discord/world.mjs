// What exists: guilds, roles, members, channels. Every change is told to the
// gateway and to whoever waits in `until`. Messages are in messages.mjs.

import { idMaker, timestamp } from './clock.mjs';
import { FormErrors, refuse } from './errors.mjs';
import { BITS, BOT_INSTALL, EVERYONE, basePermissions, bits, channelPermissions } from './permissions.mjs';

export const TEXT = 0, CATEGORY = 4, ANNOUNCEMENT = 5, ANNOUNCEMENT_THREAD = 10, PUBLIC_THREAD = 11, PRIVATE_THREAD = 12, FORUM = 15;
const TYPES = { text: TEXT, voice: 2, category: CATEGORY, announcement: ANNOUNCEMENT, forum: FORUM };
// Per server (Opcodes and Status Codes, JSON Error Codes 30xxx; Channel resource).
const LIMITS = { channels: 500, perCategory: 50, pins: 250, roles: 250, overwrites: 1000, fileBytes: 10 * 1024 * 1024 };
const HIDDEN_CHANNEL = 1 << 17; // Channel flag of an obfuscated channel

export class World {
    /** `setting` is a start option list of guilds; see standin.mjs. */
    constructor({ clock, applicationId, botUserId, botName, botPermissions }) {
        this.clock = clock;
        this.applicationId = applicationId;
        this.isPublic = false; // anybody may add the bot to a server of theirs
        this.interactionsUrl = null; // set in the portal: then none comes over the gateway
        this.makeId = idMaker(clock);
        this.botPermissions = bits(botPermissions ?? BOT_INSTALL);
        this.users = new Map();
        this.guilds = new Map();
        this.channels = new Map(); // threads too
        this.commands = { global: [], guilds: new Map() };
        this.emit = () => {};
        this.waiting = new Set();
        this.version = 0; // of everything that permissions depend on
        this.cache = { version: -1, held: new Map() };
        // Ids of the scenery count from a fixed moment: the same in every run.
        let scenery = 0n;
        this.sceneryId = () => String((1100000000000000000n) + (++scenery << 22n));
        this.bot = this.addUser({ id: botUserId ?? applicationId, name: botName, bot: true });
    }

    addUser({ id, name, globalName = null, bot = false }) {
        const user = { id: id ?? this.sceneryId(), name, globalName, bot };
        this.users.set(user.id, user);
        return user;
    }

    addGuild(setting) {
        const guild = new Guild(this, setting);
        this.guilds.set(guild.id, guild);
        return guild;
    }

    guild(id) { return this.guilds.get(id) ?? refuse(10004); }
    channel(id) { return this.channels.get(id) ?? refuse(10003); }

    /** Permissions in a channel, remembered until a role or overwrite changes. */
    held(channel, member) {
        if (this.cache.version !== this.version) this.cache = { version: this.version, held: new Map() };
        const key = `${channel.id} ${member.id}`;
        let held = this.cache.held.get(key);
        if (held === undefined) {
            held = channelPermissions(channel, member);
            this.cache.held.set(key, held);
        }
        return held;
    }

    /** Tell those who wait that something changed. */
    changed() {
        for (const waiter of [...this.waiting]) waiter();
    }

    /**
     * Resolves with the first true value of `look`, asked now and after every
     * change of the world; rejects after `guardMs` of real time.
     */
    until(look, what = 'something', guardMs = 10_000) {
        return new Promise((resolve, reject) => {
            const settle = () => { this.waiting.delete(ask); clearTimeout(guard); };
            const ask = () => {
                let value;
                try { value = look(); } catch (error) { settle(); reject(error); return; }
                if (value) { settle(); resolve(value); }
            };
            const failure = new Error(`waited ${guardMs} ms in vain for ${what}`);
            const guard = setTimeout(() => { settle(); reject(failure); }, guardMs).unref();
            this.waiting.add(ask);
            ask();
        });
    }
}

class Guild {
    constructor(world, setting) {
        this.world = world;
        this.id = setting.id ?? world.sceneryId();
        this.name = setting.name ?? 'Guild';
        this.joinedAt = world.clock.now();
        this.roles = new Map();
        this.members = new Map();
        this.channels = new Map(); // no threads
        this.threads = new Map();
        this.limits = { ...LIMITS, ...setting.limits }; // tests make them small, and large again
        this.wantsSecondFactor = false; // of who moderates; the application's owner has none
        this.refusedWords = setting.refusedWords ?? []; // not allowed in names of channels
        this.#addRole({ id: this.id, name: '@everyone', permissions: setting.everyone ?? EVERYONE });
        const own = this.#addRole({ name: world.bot.name, permissions: setting.botPermissions ?? world.botPermissions, managed: true });
        for (const role of setting.roles ?? []) this.#addRole(typeof role === 'string' ? { name: role } : role);
        this.addMember(world.bot, [own.id]);
        for (const member of setting.members ?? []) this.#addPerson(typeof member === 'string' ? { name: member } : member);
        this.ownerId = setting.owner ? this.memberNamed(setting.owner).id : world.addUser({ name: 'owner' }).id;
        if (!this.members.has(this.ownerId)) this.addMember(world.users.get(this.ownerId), []);
        for (const channel of setting.channels ?? [{ name: 'general' }]) {
            this.#addScenery(typeof channel === 'string' ? { name: channel } : channel);
        }
    }

    #addRole({ id, name, permissions = 0n, mentionable = false, hoist = false, managed = false, color = 0 }) {
        const role = { id: id ?? this.world.sceneryId(), name, permissions: bits(permissions), mentionable, hoist, managed, color, position: this.roles.size };
        this.roles.set(role.id, role);
        return role;
    }

    addMember(user, roleIds, nick = null) {
        const member = new Member(this, user, roleIds, nick);
        this.members.set(user.id, member);
        this.world.version++;
        return member;
    }

    #addPerson({ id, name, globalName, nick, roles = [], bot }) {
        const known = [...this.world.users.values()].find((user) => user.name === name && (!id || user.id === id));
        const user = known ?? this.world.addUser({ id, name, globalName, bot });
        return this.addMember(user, roles.map((role) => this.role(role).id), nick);
    }

    #addScenery({ id, name, type = 'text', topic = null, parent, overwrites = [] }) {
        return this.#put(new Channel(this, {
            id: id ?? this.world.sceneryId(), name, topic,
            type: typeof type === 'number' ? type : TYPES[type],
            parentId: parent ? this.channel(parent).id : null,
            overwrites: overwrites.map((one) => ({
                id: one.role ? this.role(one.role).id : this.memberNamed(one.member).id,
                type: one.role ? 0 : 1, allow: bits(one.allow ?? 0n), deny: bits(one.deny ?? 0n),
            })),
        }));
    }

    #put(channel) {
        (channel.isThread ? this.threads : this.channels).set(channel.id, channel);
        this.world.channels.set(channel.id, channel);
        this.world.version++;
        return channel;
    }

    get bot() { return this.members.get(this.world.bot.id); }

    role(nameOrId) {
        const role = this.roles.get(nameOrId) ?? [...this.roles.values()].find((one) => one.name === nameOrId);
        if (!role) throw new Error(`no role ${nameOrId} in ${this.name}`);
        return role;
    }

    memberNamed(nameOrId) {
        const member = this.members.get(nameOrId) ?? [...this.members.values()].find((one) => one.user.name === nameOrId);
        if (!member) throw new Error(`no member ${nameOrId} in ${this.name}`);
        return member;
    }

    /** A person to play: people.mjs. */
    member(nameOrId) { return this.world.person(this.memberNamed(nameOrId)); }

    /** A channel that is there now, by name or id. */
    channel(nameOrId) {
        const channel = this.world.channels.get(nameOrId) ?? [...this.channels.values()].find((one) => one.name === nameOrId);
        if (!channel) throw new Error(`no channel ${nameOrId} in ${this.name}`);
        return channel;
    }

    /** Waits for a channel whose name is, or matches, `name`. */
    channelNamed(name, guardMs) {
        const fits = (channel) => (name instanceof RegExp ? name.test(channel.name) : channel.name === name);
        const all = () => [...this.channels.values(), ...this.threads.values()];
        return this.world.until(() => all().find(fits), `a channel named ${name}`, guardMs);
    }

    /** The person who may do everything. */
    get owner() { return this.member(this.ownerId); }

    createRole(fields) {
        if (this.roles.size >= this.limits.roles) refuse(30005);
        const role = this.#addRole({ ...fields, id: this.world.makeId() });
        this.#tellRole('CREATE', role);
        return role;
    }

    /** Changes of name, permissions, mentionable. */
    setRole(nameOrId, { permissions, ...fields }) {
        const role = Object.assign(this.role(nameOrId), fields);
        if (permissions !== undefined) role.permissions = bits(permissions);
        this.#tellRole('UPDATE', role);
        return role;
    }

    deleteRole(nameOrId) {
        const role = this.role(nameOrId);
        this.roles.delete(role.id);
        for (const member of this.members.values()) member.roleIds.delete(role.id);
        for (const channel of this.channels.values()) if (channel.overwrites.has(role.id)) channel.removeOverwrite(role.id);
        this.#tellRole('DELETE', role);
    }

    /** What the bot's own role may from now on; @everyone's permissions stay. */
    setBotPermissions(permissions) {
        const [own] = [...this.roles.values()].filter((role) => role.managed && this.bot.roleIds.has(role.id));
        this.setRole(own.id, { permissions });
    }

    #tellRole(verb, role) {
        this.world.version++;
        const data = verb === 'DELETE' ? { guild_id: this.id, role_id: role.id } : { guild_id: this.id, role: this.roleJson(role) };
        this.world.emit(`GUILD_ROLE_${verb}`, data, { guild: this });
        this.world.changed();
    }

    // Names with words that discoverable servers do not allow: 20031.
    checkName(name) {
        if (this.refusedWords.some((word) => name.toLowerCase().includes(word.toLowerCase()))) refuse(20031);
    }

    #checkParent(parentId) {
        const siblings = [...this.channels.values()].filter((one) => one.parentId === parentId).length;
        if (!parentId || siblings < this.limits.perCategory) return;
        const errors = new FormErrors();
        errors.add(['parent_id'], 'CHANNEL_PARENT_MAX_CHANNELS', `Maximum number of channels in category reached (${this.limits.perCategory})`);
        errors.throwIfAny(null);
    }

    /** Puts a channel below a category. */
    moveChannel(channel, parentId) {
        if (parentId !== channel.parentId) this.#checkParent(parentId);
        channel.parentId = parentId;
    }

    /** All overwrites of the server count together. */
    checkOverwrites(more) {
        const all = [...this.channels.values()].reduce((sum, channel) => sum + channel.overwrites.size, 0);
        if (all + more > this.limits.overwrites) refuse(30060);
    }

    createChannel(fields) {
        if (!fields.isThread) {
            this.checkName(fields.name);
            if (this.channels.size >= this.limits.channels) refuse(30013);
            this.#checkParent(fields.parentId);
            this.checkOverwrites(fields.overwrites?.length ?? 0);
        }
        const channel = this.#put(new Channel(this, { id: this.world.makeId(), ...fields }));
        this.tell('CREATE', channel);
        return channel;
    }

    deleteChannel(channel) {
        for (const child of this.channels.values()) {
            if (child.parentId === channel.id) { child.parentId = null; this.tell('UPDATE', child); }
        }
        for (const thread of [...this.threads.values()]) if (thread.parentId === channel.id) this.deleteChannel(thread);
        const last = channel.jsonForBot();
        this.channels.delete(channel.id);
        this.threads.delete(channel.id);
        this.world.channels.delete(channel.id);
        this.world.version++;
        if (channel.isThread) {
            const { id, guild_id, parent_id, type } = last;
            this.world.emit('THREAD_DELETE', { id, guild_id, parent_id, type }, { guild: this });
        } else this.world.emit('CHANNEL_DELETE', last, { guild: this });
        this.world.changed();
    }

    /** CHANNEL_* or THREAD_* with what the bot may see of it. */
    tell(verb, channel) {
        this.world.version++;
        const kind = channel.isThread ? 'THREAD' : 'CHANNEL';
        this.world.emit(`${kind}_${verb}`, channel.jsonForBot(), { guild: this });
        this.world.changed();
    }

    roleJson(role) {
        return {
            id: role.id, name: role.name, description: null, color: role.color,
            colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
            hoist: role.hoist, icon: null, unicode_emoji: null, position: role.position,
            permissions: String(role.permissions), managed: role.managed, mentionable: role.mentionable, flags: 0,
            ...(role.managed ? { tags: { bot_id: this.world.bot.id } } : {}),
        };
    }

    json() {
        return {
            id: this.id, name: this.name, icon: null, splash: null, discovery_splash: null, description: null,
            owner_id: this.ownerId, region: 'deprecated', afk_channel_id: null, afk_timeout: 300,
            verification_level: 0, default_message_notifications: 0, explicit_content_filter: 0,
            roles: [...this.roles.values()].map((role) => this.roleJson(role)), emojis: [], stickers: [],
            features: [], mfa_level: Number(this.wantsSecondFactor), application_id: null, system_channel_id: null, system_channel_flags: 0,
            rules_channel_id: null, public_updates_channel_id: null, safety_alerts_channel_id: null,
            vanity_url_code: null, banner: null, premium_tier: 0, premium_subscription_count: 0,
            preferred_locale: 'en-US', nsfw_level: 0, premium_progress_bar_enabled: false,
        };
    }

    /** GUILD_CREATE (Gateway Events, Guild Create); members: the bot only. */
    createJson() {
        return {
            ...this.json(), joined_at: timestamp(this.joinedAt), large: false, unavailable: false,
            member_count: this.members.size, voice_states: [], members: [this.bot.json()],
            channels: [...this.channels.values()].map((channel) => channel.jsonForBot()),
            threads: [...this.threads.values()].filter((thread) => this.world.held(thread, this.bot) & BITS.VIEW_CHANNEL)
                .map((thread) => thread.json()),
            presences: [], stage_instances: [], guild_scheduled_events: [], soundboard_sounds: [],
        };
    }
}

class Member {
    constructor(guild, user, roleIds, nick) {
        this.guild = guild;
        this.user = user;
        this.id = user.id;
        this.roleIds = new Set(roleIds);
        this.nick = nick;
        this.timedOutUntil = null;
        this.joinedAt = guild.joinedAt;
    }

    get displayName() { return this.nick ?? this.user.globalName ?? this.user.name; }
    get permissions() { return basePermissions(this.guild, this); }
    permissionsIn(channel) { return this.guild.world.held(channel, this); }

    addRole(role) { this.roleIds.add(role.id); this.guild.world.version++; this.guild.world.changed(); }
    removeRole(role) { this.roleIds.delete(role.id); this.guild.world.version++; this.guild.world.changed(); }

    /** Without the user: as in `resolved.members` and message.member. */
    partialJson() {
        return {
            avatar: null, banner: null, communication_disabled_until: this.timedOutUntil, flags: 0,
            joined_at: timestamp(this.joinedAt), nick: this.nick, pending: false, premium_since: null,
            roles: [...this.roleIds],
        };
    }

    json() { return { ...this.partialJson(), user: userJson(this.user), deaf: false, mute: false }; }
}

export function userJson(user) {
    return {
        id: user.id, username: user.name, discriminator: '0', global_name: user.globalName, avatar: null,
        avatar_decoration_data: null, banner: null, accent_color: null, public_flags: 0,
        ...(user.bot ? { bot: true } : {}),
    };
}

class Channel {
    constructor(guild, fields) {
        this.guild = guild;
        this.id = fields.id;
        this.type = fields.type ?? TEXT;
        this.isThread = Boolean(fields.isThread);
        this.rename(fields.name);
        this.topic = fields.topic ?? null;
        this.parentId = fields.parentId ?? null;
        this.position = fields.position ?? guild.channels.size;
        this.nsfw = fields.nsfw ?? false;
        this.slowmode = fields.slowmode ?? 0;
        this.overwrites = new Map((fields.overwrites ?? []).map((over) => [over.id, over]));
        this.messages = new Map(); // oldest first
        this.whispers = [];        // messages that one person sees
        this.pins = new Map();     // message id -> pinned at
        this.lastMessageId = null;
        this.lastPinAt = null;
        if (this.isThread) {
            this.ownerId = fields.ownerId;
            this.memberIds = new Set([fields.ownerId]);
            this.archived = false;
            this.locked = false;
            this.invitable = fields.invitable ?? true;
            this.autoArchive = fields.autoArchive ?? 1440;
            this.archiveStampAt = guild.world.clock.now();
        }
    }

    /** Text channels are lower case with dashes, whatever was asked for. */
    rename(name) { this.name = this.type === CATEGORY || this.isThread ? name : channelName(name); }

    /** Still there? */
    get exists() { return this.guild.world.channels.get(this.id) === this; }
    get parent() { return this.guild.world.channels.get(this.parentId); }

    /** What the channel shows now, oldest first. */
    get all() { return [...this.messages.values()]; }
    get pinned() { return [...this.pins.keys()].map((id) => this.messages.get(id)).filter(Boolean); }

    /** Waits for a message that fits: text contained, RegExp, or a predicate. */
    message(fits, guardMs) {
        const test = typeof fits === 'function' ? fits
            : fits instanceof RegExp ? (message) => fits.test(message.text) : (message) => message.text.includes(fits);
        return this.guild.world.until(() => this.all.find(test), `a message in #${this.name}`, guardMs);
    }

    setOverwrite(over) { this.overwrites.set(over.id, over); this.guild.tell('UPDATE', this); }
    removeOverwrite(id) { this.overwrites.delete(id); this.guild.tell('UPDATE', this); }

    overwritesJson() {
        return [...this.overwrites.values()].map((over) => ({ id: over.id, type: over.type, allow: String(over.allow), deny: String(over.deny) }));
    }

    json() {
        const base = {
            id: this.id, type: this.type, guild_id: this.guild.id, name: this.name, parent_id: this.parentId,
            last_message_id: this.lastMessageId, flags: 0,
        };
        if (!this.isThread) {
            return {
                ...base, topic: this.topic, position: this.position, nsfw: this.nsfw, rate_limit_per_user: this.slowmode,
                permission_overwrites: this.overwritesJson(),
                last_pin_timestamp: this.lastPinAt && timestamp(this.lastPinAt),
            };
        }
        return {
            ...base, owner_id: this.ownerId, rate_limit_per_user: this.slowmode,
            message_count: this.messages.size, member_count: this.memberIds.size, total_message_sent: this.messages.size,
            thread_metadata: {
                archived: this.archived, locked: this.locked, auto_archive_duration: this.autoArchive,
                archive_timestamp: timestamp(this.archiveStampAt), create_timestamp: timestamp(this.archiveStampAt),
                ...(this.type === PRIVATE_THREAD ? { invitable: this.invitable } : {}),
            },
        };
    }

    /** Channels the bot cannot see arrive without name and rules over the gateway. */
    jsonForBot() {
        const json = this.json();
        if (this.guild.world.held(this, this.guild.bot) & BITS.VIEW_CHANNEL) return json;
        return {
            id: json.id, type: json.type, guild_id: json.guild_id, parent_id: json.parent_id,
            position: json.position ?? 0, name: '___hidden___', flags: HIDDEN_CHANNEL, permission_overwrites: [],
        };
    }
}

function channelName(name) {
    return name.toLowerCase().replace(/[\s.,:;!?"'#@()/\\]+/g, '-').replace(/-{2,}/g, '-').replace(/^-|-$/g, '') || '-';
}
