// Operations on guilds, channels, threads, roles and members (Discord docs,
// Guild and Channel resources), each with the permissions it needs.

import { timestamp } from './clock.mjs';
import { refuse, refuseField } from './errors.mjs';
import { BITS, ELEVATED, basePermissions, bits } from './permissions.mjs';
import { checkChannel } from './rules.mjs';
import { ANNOUNCEMENT, ANNOUNCEMENT_THREAD, CATEGORY, FORUM, PRIVATE_THREAD, PUBLIC_THREAD, TEXT } from './world.mjs';

const ok = (body) => ({ status: 200, body });
const created = (body) => ({ status: 201, body });
const NO_CONTENT = { status: 204, body: null };

/** Of a server that asks for two-factor authentication, and an application whose owner has none. */
function checkSecondFactor(guild, needed) {
    if (guild.wantsSecondFactor && ELEVATED.has(needed)) refuse(60003);
}

/** The channel of the path, seen by the bot and with these bits held in it. */
export function channelFor({ world, params, standin }, ...needed) {
    const channel = world.channel(params.channel_id);
    const held = world.held(channel, channel.guild.bot);
    if (!(held & BITS.VIEW_CHANNEL)) refuse(50001);
    for (const name of needed) {
        checkSecondFactor(channel.guild, name);
        if (held & BITS[name]) continue;
        standin.note('permission', `${name} is missing in #${channel.name}`);
        refuse(50013);
    }
    return channel;
}

function guildFor({ world, params, standin }, needed) {
    const guild = world.guilds.get(params.guild_id) ?? refuse(10004);
    checkSecondFactor(guild, needed);
    if (needed && !(guild.bot.permissions & BITS[needed])) {
        standin.note('permission', `${needed} is missing in the guild`);
        refuse(50013);
    }
    return guild;
}

/**
 * Overwrites as sent, refused unless the bot holds guild-wide each bit it
 * allows or denies; MANAGE_ROLES needs ADMINISTRATOR (Guild, Create Guild
 * Channel; Channel, Edit Channel Permissions).
 */
function overwrites(standin, guild, list) {
    const base = basePermissions(guild, guild.bot);
    return list.map(({ id, type, allow, deny }, index) => {
        const over = { id, type: type ?? 0, allow: bits(allow ?? '0'), deny: bits(deny ?? '0') };
        const touched = over.allow | over.deny;
        const trap = touched & BITS.MANAGE_ROLES && !(base & BITS.ADMINISTRATOR);
        if (touched & ~base || trap) {
            standin.note('permission', `overwrite of ${id} touches bits the bot may not set: ${touched & ~base || 'MANAGE_ROLES'}`);
            refuse(50013);
        }
        const known = over.type === 0 ? guild.roles.has(id) : guild.members.has(id);
        if (!known) refuseField(['permission_overwrites', index, 'id'], 'UNKNOWN_TARGET', 'No such role or member.');
        return over;
    });
}

function createChannel({ world, params, body, standin }) {
    const guild = guildFor({ world, params, standin }, 'MANAGE_CHANNELS');
    const type = body.type ?? TEXT;
    checkChannel(body, type);
    const parent = body.parent_id ? guild.channels.get(body.parent_id) : null;
    if (body.parent_id && parent?.type !== CATEGORY) {
        refuseField(['parent_id'], 'CHANNEL_PARENT_INVALID', 'Category does not exist');
    }
    const channel = guild.createChannel({
        type, name: body.name, topic: body.topic, parentId: body.parent_id ?? null, position: body.position ?? undefined,
        nsfw: body.nsfw, slowmode: body.rate_limit_per_user ?? 0,
        overwrites: overwrites(standin, guild, body.permission_overwrites ?? []),
    });
    return created(channel.json());
}

const THREAD_FIELDS = ['name', 'archived', 'locked', 'invitable', 'auto_archive_duration', 'rate_limit_per_user', 'flags', 'applied_tags'];

function updateChannel(call) {
    const { body, standin, world } = call;
    const channel = channelFor(call);
    if (channel.isThread) return updateThread(call, channel);
    channelFor(call, 'MANAGE_CHANNELS');
    checkChannel(body, channel.type);
    if (body.name !== undefined) channel.guild.checkName(body.name);
    if (body.name !== undefined || body.topic !== undefined) {
        const limited = standin.limits.takeHidden('name_or_topic', channel.id, call.request.socket);
        if (limited) refuse(20028, { limited });
    }
    if (body.permission_overwrites) {
        channelFor(call, 'MANAGE_ROLES');
        const list = overwrites(standin, channel.guild, body.permission_overwrites);
        channel.guild.checkOverwrites(list.length - channel.overwrites.size);
        channel.overwrites = new Map(list.map((one) => [one.id, one]));
    }
    if (body.name !== undefined) channel.rename(body.name);
    if (body.topic !== undefined) channel.topic = body.topic;
    if (body.parent_id !== undefined) channel.guild.moveChannel(channel, body.parent_id && world.channel(body.parent_id).id);
    if (Number.isInteger(body.position)) channel.position = body.position;
    if (typeof body.nsfw === 'boolean') channel.nsfw = body.nsfw;
    if (Number.isInteger(body.rate_limit_per_user)) channel.slowmode = body.rate_limit_per_user;
    channel.guild.tell('UPDATE', channel);
    return ok(channel.json());
}

function updateThread(call, thread) {
    const { body, world } = call;
    const unknown = Object.keys(body).find((key) => !THREAD_FIELDS.includes(key));
    if (unknown) refuseField([unknown], 'BASE_TYPE_UNKNOWN_KEY', 'Not a field of threads.');
    const isOwner = thread.ownerId === world.bot.id;
    const others = Object.keys(body).some((key) => !['name', 'archived', 'auto_archive_duration'].includes(key));
    if (!isOwner || others || thread.locked) channelFor(call, 'MANAGE_THREADS');
    if (thread.archived && body.archived !== false) refuse(50083);
    if (body.name) thread.name = body.name;
    if (typeof body.archived === 'boolean') { thread.archived = body.archived; thread.archiveStampAt = world.clock.now(); }
    if (typeof body.locked === 'boolean') thread.locked = body.locked;
    if (typeof body.invitable === 'boolean') thread.invitable = body.invitable;
    if (body.auto_archive_duration) thread.autoArchive = body.auto_archive_duration;
    thread.guild.tell('UPDATE', thread);
    return ok(thread.json());
}

function deleteChannel(call) {
    const channel = channelFor(call);
    channelFor(call, channel.isThread ? 'MANAGE_THREADS' : 'MANAGE_CHANNELS');
    const json = channel.json();
    channel.guild.deleteChannel(channel);
    return ok(json);
}

function setOverwrite(call) {
    const { params, body, standin } = call;
    const channel = channelFor(call, 'MANAGE_ROLES');
    const [over] = overwrites(standin, channel.guild, [{ id: params.overwrite_id, ...body }]);
    if (!channel.overwrites.has(over.id)) channel.guild.checkOverwrites(1);
    channel.setOverwrite(over);
    return NO_CONTENT;
}

function deleteOverwrite(call) {
    const channel = channelFor(call, 'MANAGE_ROLES');
    if (!channel.overwrites.has(call.params.overwrite_id)) refuse(10009);
    channel.removeOverwrite(call.params.overwrite_id);
    return NO_CONTENT;
}

// ---- threads (Channel resource, Start Thread) ----

function threadFields(channel, body, world, more) {
    return {
        isThread: true, name: body.name, parentId: channel.id, ownerId: world.bot.id,
        autoArchive: body.auto_archive_duration ?? 1440, slowmode: body.rate_limit_per_user ?? 0, ...more,
    };
}

/** Which threads a channel has (Channel resource, Channel Types). */
const THREADS = { [TEXT]: [PUBLIC_THREAD, PRIVATE_THREAD], [ANNOUNCEMENT]: [ANNOUNCEMENT_THREAD] };

function threadFromMessage(call) {
    const { params, body, world, standin } = call;
    const channel = channelFor(call, 'CREATE_PUBLIC_THREADS');
    const message = standin.messages.find(channel, params.message_id);
    if (world.channels.has(message.id)) refuse(160004);
    const [type] = THREADS[channel.type] ?? refuse(50024);
    return created(channel.guild.createChannel(threadFields(channel, body, world, { id: message.id, type })).json());
}

function threadAlone(call) {
    const { body, world, standin } = call;
    const channel = channelFor(call);
    if (channel.type === FORUM) {
        channelFor(call, 'SEND_MESSAGES');
        if (!body.message) refuseField(['message'], 'BASE_TYPE_REQUIRED', 'This field is required');
        standin.wantMentions(body.message, 'forum post');
        const thread = channel.guild.createChannel(threadFields(channel, body, world, { type: PUBLIC_THREAD }));
        const first = standin.messages.make(thread, world.bot, body.message, { held: world.held(channel, channel.guild.bot) });
        first.id = thread.id;
        standin.messages.post(first);
        return created({ ...thread.json(), message: first.json() });
    }
    if (body.type === undefined) standin.violate('thread-type', 'type is left out: that means a private thread');
    const type = body.type ?? PRIVATE_THREAD;
    if (!THREADS[channel.type]?.includes(type)) refuse(50024);
    channelFor(call, type === PRIVATE_THREAD ? 'CREATE_PRIVATE_THREADS' : 'CREATE_PUBLIC_THREADS');
    return created(channel.guild.createChannel(threadFields(channel, body, world, { type, invitable: body.invitable })).json());
}

function addThreadMember(call) {
    const thread = channelFor(call);
    if (!thread.isThread) refuse(50024);
    if (thread.archived) refuse(50083);
    if (!thread.guild.members.has(call.params.user_id)) refuse(10007);
    thread.memberIds.add(call.params.user_id);
    thread.guild.tell('UPDATE', thread);
    return NO_CONTENT;
}

function threadList({ world }, threads) {
    return ok({
        threads: threads.map((thread) => thread.json()),
        members: threads.map((thread) => ({ id: thread.id, user_id: world.bot.id, join_timestamp: timestamp(thread.archiveStampAt), flags: 0 })),
        has_more: false,
    });
}

function activeThreads(call) {
    const guild = guildFor(call);
    const seen = (thread) => !thread.archived && call.world.held(thread, guild.bot) & BITS.VIEW_CHANNEL;
    return threadList(call, [...guild.threads.values()].filter(seen));
}

function archivedThreads(call) {
    const channel = channelFor(call, 'READ_MESSAGE_HISTORY');
    const mine = (thread) => thread.parentId === channel.id && thread.archived && thread.type === PUBLIC_THREAD;
    return threadList(call, [...channel.guild.threads.values()].filter(mine));
}

// ---- roles and members ----

function createRole(call) {
    const guild = guildFor(call, 'MANAGE_ROLES');
    const { body } = call;
    const permissions = body.permissions === undefined || body.permissions === null ? guild.role(guild.id).permissions : bits(body.permissions);
    if (permissions & ~guild.bot.permissions) refuse(50013);
    return ok(guild.roleJson(guild.createRole({
        name: body.name ?? 'new role', permissions, mentionable: Boolean(body.mentionable), hoist: Boolean(body.hoist),
        color: body.colors?.primary_color ?? body.color ?? 0,
    })));
}

function memberRole(call, change) {
    const guild = guildFor(call, 'MANAGE_ROLES');
    const member = guild.members.get(call.params.user_id) ?? refuse(10007);
    const role = guild.roles.get(call.params.role_id) ?? refuse(10011);
    const top = Math.max(...[...guild.bot.roleIds].map((id) => guild.roles.get(id).position));
    if (role.position >= top && guild.ownerId !== call.world.bot.id) refuse(50013);
    change(member, role);
    return NO_CONTENT;
}

export const operations = [
    { method: 'GET', path: '/guilds/{guild_id}', id: 'get_guild', run: (call) => ok(guildFor(call).json()) },
    {
        method: 'GET', path: '/guilds/{guild_id}/channels', id: 'list_guild_channels',
        run: (call) => {
            const guild = guildFor(call);
            const seen = [...guild.channels.values()].filter((one) => call.world.held(one, guild.bot) & BITS.VIEW_CHANNEL);
            return ok(seen.map((channel) => channel.json()));
        },
    },
    { method: 'POST', path: '/guilds/{guild_id}/channels', id: 'create_guild_channel', reason: true, run: createChannel },
    { method: 'GET', path: '/guilds/{guild_id}/threads/active', id: 'get_active_guild_threads', run: activeThreads },
    {
        method: 'GET', path: '/guilds/{guild_id}/roles', id: 'list_guild_roles',
        run: (call) => { const guild = guildFor(call); return ok([...guild.roles.values()].map((role) => guild.roleJson(role))); },
    },
    { method: 'POST', path: '/guilds/{guild_id}/roles', id: 'create_guild_role', reason: true, run: createRole },
    {
        method: 'GET', path: '/guilds/{guild_id}/members/{user_id}', id: 'get_guild_member',
        run: (call) => ok((guildFor(call).members.get(call.params.user_id) ?? refuse(10007)).json()),
    },
    {
        method: 'PUT', path: '/guilds/{guild_id}/members/{user_id}/roles/{role_id}', id: 'add_guild_member_role', reason: true,
        run: (call) => memberRole(call, (member, role) => member.addRole(role)),
    },
    {
        method: 'DELETE', path: '/guilds/{guild_id}/members/{user_id}/roles/{role_id}', id: 'delete_guild_member_role', reason: true,
        run: (call) => memberRole(call, (member, role) => member.removeRole(role)),
    },
    { method: 'GET', path: '/channels/{channel_id}', id: 'get_channel', run: (call) => ok(channelFor(call).json()) },
    { method: 'PATCH', path: '/channels/{channel_id}', id: 'update_channel', reason: true, run: updateChannel },
    { method: 'DELETE', path: '/channels/{channel_id}', id: 'delete_channel', reason: true, run: deleteChannel },
    { method: 'PUT', path: '/channels/{channel_id}/permissions/{overwrite_id}', id: 'set_channel_permission_overwrite', reason: true, run: setOverwrite },
    { method: 'DELETE', path: '/channels/{channel_id}/permissions/{overwrite_id}', id: 'delete_channel_permission_overwrite', reason: true, run: deleteOverwrite },
    { method: 'POST', path: '/channels/{channel_id}/messages/{message_id}/threads', id: 'create_thread_from_message', reason: true, run: threadFromMessage },
    { method: 'POST', path: '/channels/{channel_id}/threads', id: 'create_thread', reason: true, run: threadAlone },
    { method: 'PUT', path: '/channels/{channel_id}/thread-members/{user_id}', id: 'add_thread_member', run: addThreadMember },
    { method: 'GET', path: '/channels/{channel_id}/threads/archived/public', id: 'list_public_archived_threads', run: archivedThreads },
];
for (const operation of operations) operation.major ??= operation.path.startsWith('/guilds') ? 'guild_id' : 'channel_id';
