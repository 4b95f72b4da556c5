// Interactions from the click to the last edit: three seconds for the first
// answer, fifteen minutes for the token, one acknowledgement (Discord docs,
// Receiving and Responding to Interactions).

import { randomBytes } from 'node:crypto';

import { refuse, refuseField } from './errors.mjs';
import { FLAG } from './messages.mjs';
import { checkChoices, checkEdit, checkFlags, checkMessage } from './rules.mjs';
import { checkModal } from './rules_components.mjs';

export const COMMAND = 2, COMPONENT = 3, AUTOCOMPLETE = 4, MODAL_SUBMIT = 5;
const MESSAGE = 4, DEFER = 5, DEFER_UPDATE = 6, UPDATE = 7, CHOICES = 8, MODAL = 9;
const TOKEN_LIFE_MS = 15 * 60_000;
const REMEMBERED = 100_000;
const MESSAGE_FLAGS = FLAG.SUPPRESS_EMBEDS | FLAG.EPHEMERAL | FLAG.SILENT | FLAG.COMPONENTS_V2;

/** Which first answers fit which interaction. */
function allowedTypes(interaction) {
    switch (interaction.type) {
    case COMMAND: return [MESSAGE, DEFER, MODAL];
    case COMPONENT: return [MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL];
    case AUTOCOMPLETE: return [CHOICES];
    default: return interaction.source ? [MESSAGE, DEFER, DEFER_UPDATE, UPDATE] : [MESSAGE, DEFER];
    }
}

/** The type of the option that is being typed. */
const focusedType = (options) => options.map((one) => (one.focused ? one.type : one.options && focusedType(one.options))).find(Boolean);

class Interaction {
    constructor(world, { type, member, channel, data, source, commandName }) {
        Object.assign(this, { type, member, channel, data, commandName });
        this.guild = channel.guild;
        this.id = world.makeId();
        this.token = randomBytes(32).toString('base64url');
        this.source = source ?? null;   // the message it was pressed on
        this.createdAt = world.clock.now();
        this.openedAt = performance.now();
        this.took = null;               // milliseconds of real time to the first answer
        this.answerType = null;         // of the first answer
        this.original = null;           // the message that @original means
        this.loading = false;           // deferred, not yet edited
        this.modal = null;
        this.choices = null;
        this.followups = new Map();
        this.excused = false;           // a fault of ours may cause a second ack
        this.listeners = new Set();
    }

    get answered() { return this.answerType !== null; }
    get settled() { return this.answered && !this.loading; }
    /** What the person sees of it: 'message', 'update', 'modal', 'choices'. */
    get kind() {
        if (this.modal) return 'modal';
        if (this.choices) return 'choices';
        return this.answerType === DEFER_UPDATE || this.answerType === UPDATE ? 'update' : 'message';
    }

    tell() { for (const listener of [...this.listeners]) listener(); }
}

export class Interactions {
    constructor(standin) {
        this.standin = standin;
        this.world = standin.world;
        this.messages = standin.messages;
        this.byId = new Map();
        this.byToken = new Map();
    }

    /** Makes one and sends it to every session of the bot. */
    open(fields) {
        const interaction = new Interaction(this.world, fields);
        this.byId.set(interaction.id, interaction);
        this.byToken.set(interaction.token, interaction);
        if (this.byId.size > REMEMBERED) this.#forgetOldest();
        const json = this.json(interaction);
        const sent = fields.mutate ? fields.mutate(json) : json;
        if (this.standin.gateway.interaction(sent)) interaction.excused = true;
        return interaction;
    }

    #forgetOldest() {
        const [id, interaction] = this.byId.entries().next().value;
        this.byId.delete(id);
        this.byToken.delete(interaction.token);
    }

    json({ id, token, type, member, channel, guild, data, source }) {
        const { world } = this;
        const held = world.held(channel, member);
        return {
            id, application_id: world.applicationId, type, data, token, version: 1,
            guild: { id: guild.id, locale: 'en-US', features: [] }, guild_id: guild.id,
            channel: { ...channel.json(), permissions: String(held) }, channel_id: channel.id,
            member: { ...member.json(), permissions: String(held) },
            ...(source ? { message: source.json() } : {}),
            app_permissions: String(world.held(channel, guild.bot)), locale: 'en-US', guild_locale: 'en-US',
            entitlements: [], entitlement_sku_ids: [],
            authorizing_integration_owners: { 0: guild.id }, context: 0, attachment_size_limit: guild.limits.fileBytes,
        };
    }

    // ---- POST /interactions/{id}/{token}/callback ----

    answer(id, token, body, uploads, withResponse) {
        const interaction = this.byId.get(id);
        const age = interaction && this.world.clock.now() - interaction.createdAt;
        if (!interaction || interaction.token !== token) refuse(10062, { rule: 'callback' });
        if (interaction.answered) {
            refuse(40060, { rule: interaction.excused ? undefined : 'double-ack' });
        }
        if (age > this.standin.options.ackDeadline) {
            refuse(10062, { rule: 'late-callback' });
        }
        if (!interaction.channel.exists) refuse(10003);
        if (!allowedTypes(interaction).includes(body.type)) {
            refuseField(['type'], 'INTERACTION_TYPE_INVALID', `Answer ${body.type} does not fit interaction type ${interaction.type}.`);
        }
        this.#apply(interaction, body, uploads);
        interaction.answerType = body.type;
        interaction.took = performance.now() - interaction.openedAt;
        const { choices, modal, channel, member } = interaction;
        if (choices) this.standin.diary.note('choices', { channel, text: choices.map((one) => one.name).join('\n'), to: member.id });
        if (modal) this.standin.diary.note('form', { channel, text: modal.title, to: member.id });
        interaction.tell();
        return withResponse ? this.#response(interaction) : null;
    }

    #apply(interaction, { type, data }, uploads) {
        if (uploads.length && type !== MESSAGE && type !== UPDATE) refuseField(['files'], 'BASE_TYPE_UNKNOWN_KEY', `Answer ${type} takes no files.`);
        switch (type) {
        case MESSAGE: this.#reply(interaction, data ?? {}, uploads); break;
        case DEFER: this.#defer(interaction, data ?? {}); break;
        case DEFER_UPDATE: interaction.original = interaction.source; break;
        case UPDATE: {
            const body = data ?? {};
            const { source } = interaction;
            if (!source.exists) refuse(10008);
            this.standin.wantMentions(body, 'interaction update');
            interaction.original = this.messages.edit(source, body, { uploads, held: this.#pingHeld(interaction), flags: checkEdit(source, body, ['data']) });
            break;
        }
        case CHOICES:
            checkChoices(data?.choices ?? [], ['data', 'choices'], focusedType(interaction.data.options)).throwIfAny();
            interaction.choices = data?.choices ?? [];
            break;
        default: {
            checkModal(data);
            interaction.modal = { ...data, interaction };
        }
        }
    }

    #reply(interaction, data, uploads) {
        this.standin.wantMentions(data, 'interaction answer');
        checkFlags(data.flags, MESSAGE_FLAGS, ['data', 'flags']);
        checkMessage(data, ['data']);
        const message = this.#make(interaction, data, uploads, data.flags ?? 0);
        if (message.isEmpty()) refuse(50006);
        interaction.original = this.messages.post(message);
    }

    #defer(interaction, data) {
        const others = Object.keys(data).filter((key) => key !== 'flags');
        if (others.length) this.standin.violate('defer', `a deferred answer carries ${others}`);
        checkFlags(data.flags, FLAG.EPHEMERAL, ['data', 'flags']);
        interaction.loading = true;
        interaction.original = this.messages.post(this.#make(interaction, {}, [], (data.flags ?? 0) | FLAG.LOADING));
    }

    #pingHeld(interaction) { return this.world.held(interaction.channel, interaction.guild.bot); }

    #make(interaction, body, uploads, flags) {
        const type = interaction.type === COMMAND ? (interaction.data.type === 1 ? 20 : 23) : 0;
        return this.messages.make(interaction.channel, this.world.bot, body, {
            uploads, flags, type, interaction, held: this.#pingHeld(interaction),
        });
    }

    #response(interaction) {
        const { original, answerType } = interaction;
        const message = original && answerType !== CHOICES && answerType !== MODAL ? original : null;
        return {
            interaction: {
                id: interaction.id, type: interaction.type,
                ...(message ? { response_message_id: message.id, response_message_loading: interaction.loading, response_message_ephemeral: message.ephemeral } : {}),
            },
            ...(message ? { resource: { type: answerType, message: message.json() } } : {}),
        };
    }

    // ---- /webhooks/{application}/{token}/… ----

    /** The interaction of a webhook token that is still good. */
    live(applicationId, token) {
        if (applicationId !== this.world.applicationId) refuse(10015, { rule: 'webhook' });
        const interaction = this.byToken.get(token) ?? refuse(50027, { rule: 'webhook' });
        if (this.world.clock.now() - interaction.createdAt > TOKEN_LIFE_MS) refuse(50027);
        if (!interaction.answered) refuse(10015, { rule: 'webhook' });
        return interaction;
    }

    message(interaction, id) {
        const { original, followups } = interaction;
        const message = id === '@original' || id === original?.id ? original : followups.get(id);
        return message?.exists ? message : refuse(10008);
    }

    edit(interaction, id, body, uploads) {
        const message = this.message(interaction, id);
        this.standin.wantMentions(body, 'webhook edit');
        this.messages.edit(message, body, { uploads, held: this.#pingHeld(interaction), flags: checkEdit(message, body) });
        if (id === '@original') interaction.loading = false;
        interaction.tell();
        return message;
    }

    delete(interaction, id) {
        const message = this.message(interaction, id);
        this.messages.delete(message);
        if (id === '@original') interaction.loading = false;
        interaction.tell();
    }

    followUp(interaction, body, uploads) {
        // The first follow-up of a deferred answer edits the placeholder: deprecated.
        if (interaction.loading && interaction.answerType === DEFER) {
            this.standin.violate('follow-up', 'sent before the deferred answer was edited');
            return this.edit(interaction, '@original', body, uploads);
        }
        if (!interaction.channel.exists) refuse(10003);
        this.standin.wantMentions(body, 'follow-up');
        checkFlags(body.flags, MESSAGE_FLAGS);
        checkMessage(body);
        const message = this.#make(interaction, body, uploads, body.flags ?? 0);
        if (message.isEmpty()) refuse(50006);
        interaction.followups.set(message.id, message);
        this.messages.post(message);
        interaction.tell();
        return message;
    }
}
