// People at their Discord client: they type commands, press buttons, fill forms.
// A client refuses what Discord's client would refuse, before the bot hears of
// it (ClientRefused); what the bot answers comes back as an Answer.

import { Pending } from './answers.mjs';
import { optionsOf, targetOf, typedOf } from './client.mjs';
import { AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT } from './interactions.mjs';
import { eachComponent } from './messages.mjs';
import { BITS, bits, maySend } from './permissions.mjs';
import { isSelect, pickedOf } from './picks.mjs';
import { screenOf } from './screen.mjs';

export { NoAnswer } from './answers.mjs';

/** Discord's client would not let the person do that. */
export class ClientRefused extends Error {
    name = 'ClientRefused';
}

const refused = (words) => { throw new ClientRefused(words); };

export class Person {
    constructor(standin, member) {
        this.standin = standin;
        this.member = member;
        this.guild = member.guild;
    }

    get id() { return this.member.id; }
    get name() { return this.member.displayName; }
    get mention() { return `<@${this.id}>`; }

    // ---- commands ----

    /** '/timeline add', {text: '…'}: sent; a Pending to wait on or to leave. */
    begin(command, values = {}, { channel, raw = false, mutate } = {}) {
        const place = this.#place(channel);
        const { definition, path, leaf } = this.#command(bare(command), 1);
        if (!raw) this.#mayCommand(definition, place);
        const { options, resolved } = optionsOf(this, leaf, values, { channel: place, raw, refused });
        const data = { ...commandData(definition, nest(path, options)), ...(Object.keys(resolved).length ? { resolved } : {}) };
        return this.#open({ type: COMMAND, channel: place, data, mutate, commandName: bare(command) });
    }

    /** Types a command and waits for what it comes to (a deferred answer: its edit). */
    slash(command, values, where) { return this.begin(command, values, where).final; }

    /** A menu opened on a message: `await nova.messageMenu(message, 'Add to timeline')`. */
    messageMenu(message, name, more) { return this.beginMenu(message, name, more).final; }

    /** A menu opened on a person, in a channel: `await nova.userMenu('quill', 'Assign as commander')`. */
    userMenu(member, name, more) { return this.beginMenu(member, name, more).final; }

    beginMenu(target, name, { channel, mutate } = {}) {
        const onMessage = Boolean(target.channel);
        const place = this.#place(channel ?? target.channel);
        const { definition } = this.#command(name, onMessage ? 3 : 2);
        this.#mayCommand(definition, place);
        if (onMessage && target.ephemeral) refused('a message only one person sees has no menus');
        if (onMessage && !target.exists) refused('the message is gone');
        const thing = onMessage ? target : target.member ?? this.guild.memberNamed(target.id ?? target);
        const data = { ...commandData(definition), ...targetOf(thing, place) };
        return this.#open({ type: COMMAND, channel: place, data, mutate, commandName: name });
    }

    /** What is offered while `typed` stands in the option `focused`: [{name, value}]. */
    complete(command, values, focused, typed = '', more) {
        return this.beginComplete(command, values, focused, typed, more).final.then((answer) => answer.choices);
    }

    beginComplete(command, values, focused, typed = '', { channel, raw = false, mutate } = {}) {
        const place = this.#place(channel);
        const { definition, path, leaf } = this.#command(bare(command), 1);
        if (!raw) this.#mayCommand(definition, place);
        const options = typedOf(this, leaf, values, { focused, typed, channel: place, refused });
        return this.#open({ type: AUTOCOMPLETE, channel: place, data: commandData(definition, nest(path, options)), mutate, commandName: bare(command) });
    }

    /** Is the command ('/timeline add') or menu ('Add to timeline') shown to this person here? */
    sees(command, channel) {
        try {
            const menu = !command.startsWith('/') && this.#commands.find((one) => one.type !== 1 && one.name === command);
            const definition = menu || this.#command(bare(command), 1).definition;
            this.#mayCommand(definition, this.#place(channel));
            return true;
        } catch (error) {
            if (error instanceof ClientRefused) return false;
            throw error;
        }
    }

    get #commands() {
        const { commands } = this.standin.world;
        return [...(commands.guilds.get(this.guild.id) ?? []), ...commands.global];
    }

    #command(words, type) {
        const known = this.#commands.filter((one) => one.type === type);
        if (type !== 1) return { definition: known.find((one) => one.name === words) ?? refused(`no menu "${words}"`) };
        const [first, ...rest] = words.split(' ');
        const definition = known.find((one) => one.name === first) ?? refused(`no command /${words}`);
        const path = [];
        let leaf = definition;
        for (const word of rest) {
            leaf = leaf.options?.find((option) => option.type <= 2 && option.name === word) ?? refused(`no command /${words}`);
            path.push(leaf);
        }
        if (leaf.options?.some((option) => option.type <= 2)) refused(`/${words} needs a subcommand`);
        return { definition, path, leaf };
    }

    // Who may call a command in a channel, also who sees it in the picker: people
    // without SEND_MESSAGES do not (Application Commands, Permissions).
    #mayCommand(definition, channel) {
        const held = this.member.permissionsIn(channel);
        if (!(held & BITS.VIEW_CHANNEL)) refused(`${this.name} does not see #${channel.name}`);
        if (!(held & BITS.USE_APPLICATION_COMMANDS)) refused(`${this.name} may not use commands in #${channel.name}`);
        if (!maySend(channel, held)) refused(`#${channel.name} is read-only for ${this.name}`);
        if (channel.isThread && channel.archived) refused('the thread is archived');
        const wanted = definition.default_member_permissions;
        if (wanted === null) return;
        const all = bits(wanted);
        const admin = held & BITS.ADMINISTRATOR;
        if (!admin && (all === 0n || (held & all) !== all)) refused(`${this.name} lacks the permissions of /${definition.name}`);
    }

    // ---- components and forms ----

    /** Presses a button, or picks `values` in a select, by custom id or label. */
    press(target, which, { values, raw = false, mutate } = {}) {
        return this.beginPress(target, which, { values, raw, mutate }).final;
    }

    beginPress(target, which, { values, raw = false, mutate } = {}) {
        const message = target.message ?? target;
        const { channel } = message;
        // A stale client may still show a button that is gone.
        const found = componentOf(message, which) ?? (raw ? { type: 2, custom_id: which } : refused(`no component ${which} in the message`));
        if (!raw) this.#mayPress(message, found, which);
        const resolved = {};
        const picked = isSelect(found) ? { values: pickedOf(this, found, values, { channel, raw, refused, resolved }) } : {};
        const data = {
            component_type: found.type, custom_id: found.custom_id, id: found.id ?? 0, ...picked,
            ...(Object.keys(resolved).length ? { resolved } : {}),
        };
        return this.#open({ type: COMPONENT, channel, data, source: message, mutate });
    }

    #mayPress(message, component, which) {
        const { channel } = message;
        if (component.disabled) refused(`${which} is disabled`);
        if (!message.exists) refused('the message is gone');
        if (message.ephemeral && message.interaction?.member.id !== this.id) refused('the message is for somebody else');
        if (!(this.member.permissionsIn(channel) & BITS.VIEW_CHANNEL)) refused(`${this.name} does not see #${channel.name}`);
    }

    /** Fills a form (an Answer's modal) by custom id or label, and sends it. */
    submit(form, values, more) { return this.beginSubmit(form, values, more).final; }

    beginSubmit(form, values = {}, { raw = false, mutate } = {}) {
        const modal = form.modal ?? form;
        const { member, channel } = modal.interaction;
        if (member.id !== this.id) refused('the form is in front of somebody else');
        const data = modal.filled(this, values, { channel, raw, refused });
        return this.#open({ type: MODAL_SUBMIT, channel, data, source: modal.source, mutate });
    }

    // ---- talk ----

    /** An ordinary message. */
    say(channel, content, files = []) {
        const { messages, world } = this.standin;
        const place = this.#place(channel);
        const held = this.member.permissionsIn(place);
        if (!maySend(place, held)) refused(`${this.name} may not write in #${place.name}`);
        const uploads = files.map((file, index) => ({ index, ...file }));
        return messages.post(messages.make(place, world.users.get(this.id), { content }, { held, uploads }));
    }

    /** The messages of a channel as this person may read them. */
    reads(channel) {
        const place = this.#place(channel);
        const needed = BITS.VIEW_CHANNEL | BITS.READ_MESSAGE_HISTORY;
        return (this.member.permissionsIn(place) & needed) === needed ? place.all : [];
    }

    /** What this person sees in a channel now, as text: screen.mjs. */
    screen(channel) { return screenOf(this, this.#place(channel)); }

    // ---- the rooms themselves ----

    editMessage(message, content) {
        if (message.author.id !== this.id) refused('only one\'s own words are edited');
        const held = this.member.permissionsIn(this.#place(message.channel));
        return this.standin.messages.edit(message, { content }, { held });
    }

    deleteMessage(message) {
        if (message.author.id !== this.id) this.#needs('MANAGE_MESSAGES', message.channel);
        this.standin.messages.delete(this.#here(message));
    }

    /** Many at once, as moderators' tools do. */
    deleteMessages(messages) {
        const [{ channel }] = messages;
        this.#needs('MANAGE_MESSAGES', channel);
        this.standin.messages.deleteBulk(channel, messages.map((message) => this.#here(message)));
    }

    pin(message) {
        this.#needs('PIN_MESSAGES', message.channel);
        this.standin.messages.pin(this.#here(message), this.member.user);
    }

    unpin(message) {
        this.#needs('PIN_MESSAGES', message.channel);
        this.standin.messages.unpin(this.#here(message));
    }

    /** Changes of name, topic or category (`parent`: its name or id; null: none). */
    editChannel(channel, { name, topic, parent }) {
        const place = this.#needs('MANAGE_CHANNELS', channel);
        if (name !== undefined) place.rename(name);
        if (topic !== undefined) place.topic = topic;
        if (parent !== undefined) this.guild.moveChannel(place, parent && this.guild.channel(parent).id);
        this.guild.tell('UPDATE', place);
    }

    /** What a role or member, by name or id, may and may not in a channel; nothing given: as elsewhere. */
    setOverwrite(channel, whose, { allow, deny } = {}) {
        const place = this.#needs('MANAGE_ROLES', channel);
        const role = [...this.guild.roles.values()].find((one) => one.id === whose || one.name === whose);
        const id = role?.id ?? this.guild.memberNamed(whose).id;
        if (allow === undefined && deny === undefined) place.removeOverwrite(id);
        else place.setOverwrite({ id, type: role ? 0 : 1, allow: bits(allow ?? 0n), deny: bits(deny ?? 0n) });
    }

    deleteChannel(channel) { this.guild.deleteChannel(this.#needs('MANAGE_CHANNELS', channel)); }

    #needs(permission, channel) {
        const place = this.#place(channel);
        if (!(this.member.permissionsIn(place) & BITS[permission])) refused(`${this.name} lacks ${permission} in #${place.name}`);
        return place;
    }

    #here(message) { return message.exists ? message : refused('the message is gone'); }

    #place(channel) {
        if (!channel) return [...this.guild.channels.values()].find((one) => one.type === 0);
        const place = typeof channel === 'string' ? this.guild.channel(channel) : channel;
        return place.exists ? place : refused(`#${place.name} is gone`);
    }

    #open(fields) {
        const { standin, member } = this;
        return new Pending(standin, standin.interactions.open({ member, ...fields }));
    }
}

const bare = (command) => command.replace(/^\//, '');

const nest = (path, options) => path.reduceRight((inner, node) => [{ type: node.type, name: node.name, options: inner }], options);

/** What every interaction says of its command; `options` for those that are typed. */
function commandData({ id, name, type, guild_id: guildId }, options) {
    return { id, name, type, ...(options ? { options } : {}), ...(guildId ? { guild_id: guildId } : {}) };
}

/** The component of that custom id, label or placeholder. */
function componentOf(message, which) {
    let found = null;
    eachComponent(message.components, (component) => {
        const names = [component.custom_id, component.label, component.placeholder].filter(Boolean);
        const fits = which instanceof RegExp ? names.slice(1).some((name) => which.test(name)) : names.includes(which);
        if (component.custom_id && fits) found ??= component;
    });
    return found;
}

/** `mutate` of an interaction as it would come from a direct message. */
export function directMessage(json) {
    const { guild, guild_id: guildId, guild_locale: locale, member, channel, ...rest } = json;
    return {
        ...rest, user: member.user, channel: { id: channel.id, type: 1 }, context: 1,
        authorizing_integration_owners: { 0: '0' },
    };
}
