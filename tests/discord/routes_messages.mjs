// Operations on messages and pins (Discord docs, Message resource).

import { timestamp } from './clock.mjs';
import { refuse } from './errors.mjs';
import { withoutContent } from './gateway.mjs';
import { FLAG } from './messages.mjs';
import { BITS, maySend } from './permissions.mjs';
import { channelFor } from './routes_guild.mjs';
import { checkEdit, checkFlags, checkMessage } from './rules.mjs';
import { CATEGORY, FORUM } from './world.mjs';

const ok = (body) => ({ status: 200, body });
const NO_CONTENT = { status: 204, body: null };
const CREATE_FLAGS = FLAG.SUPPRESS_EMBEDS | FLAG.SILENT | FLAG.COMPONENTS_V2;

/** What the bot may read of a message: not the text of others without the intent. */
function readable(standin, message) {
    return standin.mayRead(message, standin.options.privilegedIntents) ? message.json() : withoutContent(message.json());
}

function writable(call) {
    const channel = channelFor(call);
    if (channel.type === FORUM) refuse(40058);
    if (channel.type === CATEGORY) refuse(50024);
    const held = call.world.held(channel, channel.guild.bot);
    if (!maySend(channel, held)) {
        call.standin.note('permission', `the bot may not write in #${channel.name}`);
        refuse(50013);
    }
    if (channel.isThread && channel.locked && !(held & BITS.MANAGE_THREADS)) refuse(160005);
    return { channel, held };
}

/** Embeds and files need their own bits, here refused rather than dropped. */
function checkParts(held, body, uploads) {
    if (body.embeds?.length && !(held & BITS.EMBED_LINKS)) refuse(50013);
    if (uploads.length && !(held & BITS.ATTACH_FILES)) refuse(50013);
}

function create(call) {
    const { standin, world, body, uploads } = call;
    const { channel, held } = writable(call);
    standin.wantMentions(body, 'message');
    checkFlags(body.flags, CREATE_FLAGS);
    checkMessage(body);
    checkParts(held, body, uploads);
    const guarded = body.enforce_nonce && body.nonce !== undefined && body.nonce !== null;
    if (!guarded) standin.violate('nonce', 'a message is created without nonce and enforce_nonce');
    const asked = { channel: channel.id, body };
    const earlier = guarded && standin.messages.earlier(body.nonce, asked);
    if (earlier) {
        if (!earlier.sameBody) standin.violate('nonce', `nonce ${body.nonce} is used for another message: that one is swallowed`);
        return ok(earlier.message.json());
    }
    if (body.message_reference && !(held & BITS.READ_MESSAGE_HISTORY)) refuse(50013);
    const message = standin.messages.make(channel, world.bot, body, {
        uploads, held, flags: body.flags ?? 0, type: body.message_reference ? 19 : 0, reference: body.message_reference ?? null,
    });
    if (message.isEmpty()) refuse(50006);
    message.nonce = body.nonce ?? undefined;
    standin.messages.post(message);
    if (guarded) standin.messages.remember(body.nonce, asked, message);
    return ok(message.json());
}

function edit(call) {
    const { standin, world, params, body, uploads } = call;
    const channel = channelFor(call);
    const message = standin.messages.find(channel, params.message_id);
    if (message.author.id !== world.bot.id) refuse(50005);
    if (channel.isThread && channel.archived) refuse(50083);
    standin.wantMentions(body, 'message edit');
    const flags = checkEdit(message, body);
    if (standin.messages.isOld(message)) {
        const limited = standin.limits.takeHidden('old_edit', channel.id, call.request.socket);
        if (limited) refuse(30046, { limited });
    }
    const held = world.held(channel, channel.guild.bot);
    checkParts(held, body, uploads);
    standin.messages.edit(message, body, { uploads, held, flags });
    return ok(message.json());
}

function list(call) {
    const { standin, query } = call;
    const channel = channelFor(call);
    if (!(call.world.held(channel, channel.guild.bot) & BITS.READ_MESSAGE_HISTORY)) return ok([]);
    const limit = Number(query.get('limit') ?? 50);
    const [before, after, around] = ['before', 'after', 'around'].map((key) => query.get(key) && BigInt(query.get(key)));
    let all = channel.all.filter((message) => (!before || BigInt(message.id) < before) && (!after || BigInt(message.id) > after));
    if (around) {
        const distance = (message) => { const d = BigInt(message.id) - around; return d < 0n ? -d : d; };
        all = all.sort((a, b) => (distance(a) < distance(b) ? -1 : 1)).slice(0, limit).sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    }
    const page = after ? all.slice(0, limit) : all.slice(-limit);
    return ok(page.reverse().map((message) => readable(standin, message)));
}

function get(call) {
    const channel = channelFor(call, 'READ_MESSAGE_HISTORY');
    return ok(readable(call.standin, call.standin.messages.find(channel, call.params.message_id)));
}

function remove(call) {
    const channel = channelFor(call);
    const message = call.standin.messages.find(channel, call.params.message_id);
    if (message.author.id !== call.world.bot.id) channelFor(call, 'MANAGE_MESSAGES');
    call.standin.messages.delete(message);
    return NO_CONTENT;
}

function pins(call) {
    const channel = channelFor(call);
    if (!(call.world.held(channel, channel.guild.bot) & BITS.READ_MESSAGE_HISTORY)) return ok({ items: [], has_more: false });
    const limit = Number(call.query.get('limit') ?? 50);
    const before = Date.parse(call.query.get('before') ?? '9999-12-31T00:00:00Z');
    const all = [...channel.pins].filter(([, at]) => at < before).reverse();
    return ok({
        items: all.slice(0, limit).map(([id, at]) => ({ pinned_at: timestamp(at), message: readable(call.standin, channel.messages.get(id)) })),
        has_more: all.length > limit,
    });
}

function changePin(call, change) {
    const channel = channelFor(call, 'PIN_MESSAGES');
    const message = call.standin.messages.find(channel, call.params.message_id);
    if (message.type !== 0 && message.type < 18) refuse(50021);
    change(call.standin.messages, message);
    return NO_CONTENT;
}

const MESSAGES = '/channels/{channel_id}/messages';
export const operations = [
    { method: 'GET', path: MESSAGES, id: 'list_messages', run: list },
    { method: 'POST', path: MESSAGES, id: 'create_message', run: create },
    { method: 'GET', path: `${MESSAGES}/pins`, id: 'list_pins', run: pins },
    { method: 'PUT', path: `${MESSAGES}/pins/{message_id}`, id: 'create_pin', reason: true, run: (call) => changePin(call, (messages, message) => messages.pin(message)) },
    { method: 'DELETE', path: `${MESSAGES}/pins/{message_id}`, id: 'delete_pin', reason: true, run: (call) => changePin(call, (messages, message) => messages.unpin(message)) },
    { method: 'GET', path: `${MESSAGES}/{message_id}`, id: 'get_message', run: get },
    { method: 'PATCH', path: `${MESSAGES}/{message_id}`, id: 'update_message', run: edit },
    { method: 'DELETE', path: `${MESSAGES}/{message_id}`, id: 'delete_message', reason: true, run: remove },
];
for (const operation of operations) operation.major = 'channel_id';
