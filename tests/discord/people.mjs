// People at their Discord client: they type commands, press buttons, fill forms.
// A client refuses what Discord's client would refuse, before the bot hears of
// it (ClientRefused); what the bot answers comes back as an Answer.

import { Modal, choicesOf, optionsOf, targetOf } from './client.mjs';
import { AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT } from './interactions.mjs';
import { eachComponent } from './messages.mjs';
import { BITS, bits, maySend } from './permissions.mjs';

/** Discord's client would not let the person do that. */
export class ClientRefused extends Error {
    name = 'ClientRefused';
}

/** "The application did not respond." */
export class NoAnswer extends Error {
    name = 'NoAnswer';
}

const refused = (words) => { throw new ClientRefused(words); };

/** What a person sees of the bot's answer; later edits show in it. */
export class Answer {
    constructor(interaction) {
        this.interaction = interaction;
        this.type = interaction.answerType;
        this.kind = interaction.kind;
        this.modal = interaction.modal && new Modal(interaction.modal, interaction.source);
        this.choices = interaction.choices;
    }

    get message() { return this.interaction.original; }
    get deferred() { return this.type === 5 || this.type === 6; }
    get content() { return this.message?.content; }
    get text() { return this.message?.text ?? ''; }
    get flags() { return this.message?.flags ?? 0; }
    get ephemeral() { return this.message?.ephemeral ?? false; }
    get embeds() { return this.message?.embeds ?? []; }
    get components() { return this.message?.components ?? []; }
    get followUps() { return [...this.interaction.followups.values()]; }
}

/** An interaction on its way: `first` acknowledges it, `final` is no "thinking…". */
class Pending {
    constructor(standin, interaction) {
        this.interaction = interaction;
        this.first = this.#wait(standin, () => interaction.answered);
        this.final = this.#wait(standin, () => interaction.settled);
        // Whoever looks at one of them shall not be killed by the other.
        this.first.catch(() => {});
        this.final.catch(() => {});
    }

    #wait(standin, done) {
        const { interaction } = this;
        const { ackDeadline, patience } = standin.options;
        return new Promise((resolve, reject) => {
            const settle = () => { interaction.listeners.delete(look); stopClock(); clearTimeout(guard); };
            const look = () => { if (done()) { settle(); resolve(new Answer(interaction)); } };
            const fail = (words) => { settle(); reject(new NoAnswer(`${words} (${interaction.commandName ?? interaction.data.custom_id})`)); };
            const stopClock = standin.clock.after(ackDeadline, () => {
                if (!interaction.answered) fail('The application did not respond');
            });
            const guard = setTimeout(() => fail(`No final answer in ${patience} ms`), patience).unref();
            interaction.listeners.add(look);
            look();
        });
    }
}

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
        const { definition, path, leaf } = this.#command(command.replace(/^\//, ''), 1);
        if (!raw) this.#mayCommand(definition, place);
        const { options, resolved } = optionsOf(this, leaf, values, { channel: place, raw, refused });
        const nested = path.reduceRight((inner, node) => [{ type: node.type, name: node.name, options: inner }], options);
        const data = {
            id: definition.id, name: definition.name, type: 1, options: nested,
            ...(Object.keys(resolved).length ? { resolved } : {}),
            ...(definition.guild_id ? { guild_id: definition.guild_id } : {}),
        };
        return this.#open({ type: COMMAND, channel: place, data, mutate, commandName: command.replace(/^\//, '') });
    }

    /** Types a command and waits for what it comes to (a deferred answer: its edit). */
    slash(command, values, where) { return this.begin(command, values, where).final; }

    /** A menu on a message or person: `await nova.menu('Add to timeline', message)`. */
    menu(name, target, { channel } = {}) {
        const place = this.#place(channel ?? target.channel);
        const { definition } = this.#command(name, target.channel ? 3 : 2);
        this.#mayCommand(definition, place);
        const { id, resolved } = targetOf(target);
        const data = { id: definition.id, name, type: definition.type, target_id: id, resolved };
        return this.#open({ type: COMMAND, channel: place, data, commandName: name }).final;
    }

    /** What is offered while `focused` is being typed: [{name, value}]. */
    async autocomplete(command, values, { focused = Object.keys(values).at(-1), channel } = {}) {
        const place = this.#place(channel);
        const { definition, path, leaf } = this.#command(command.replace(/^\//, ''), 1);
        const options = choicesOf(leaf, values, focused, refused);
        const nested = path.reduceRight((inner, node) => [{ type: node.type, name: node.name, options: inner }], options);
        const data = { id: definition.id, name: definition.name, type: 1, options: nested };
        return (await this.#open({ type: AUTOCOMPLETE, channel: place, data, commandName: command }).final).choices;
    }

    /** Is the command shown to this person here? */
    sees(command, channel) {
        try {
            this.#mayCommand(this.#command(command.replace(/^\//, ''), 1).definition, this.#place(channel));
            return true;
        } catch (error) {
            if (error instanceof ClientRefused) return false;
            throw error;
        }
    }

    #command(words, type) {
        const { commands } = this.standin.world;
        const known = [...(commands.guilds.get(this.guild.id) ?? []), ...commands.global].filter((one) => one.type === type);
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
        let found = null;
        eachComponent(message.components, (component) => {
            const fits = which instanceof RegExp ? which.test(component.label) : component.custom_id === which || component.label === which;
            if (component.custom_id && fits) found ??= component;
        });
        // A stale client may still show a button that is gone.
        if (!found && raw) found = { type: 2, custom_id: which };
        if (!found) refused(`no component ${which} in the message`);
        if (!raw) {
            if (found.disabled) refused(`${which} is disabled`);
            if (message.ephemeral && message.interaction?.member.id !== this.id) refused('the message is for somebody else');
            if (!(this.member.permissionsIn(message.channel) & BITS.VIEW_CHANNEL)) refused(`${this.name} does not see #${message.channel.name}`);
            if (found.type === 3) checkPicked(found, values ?? []);
        }
        const data = { component_type: found.type, custom_id: found.custom_id, id: found.id ?? 0, ...(found.type === 2 ? {} : { values: values ?? [] }) };
        return this.#open({ type: COMPONENT, channel: message.channel, data, source: message, mutate });
    }

    /** Fills a form (an Answer's modal) by custom id or label, and sends it. */
    submit(form, values = {}, { raw = false, mutate } = {}) {
        const modal = form.modal ?? form;
        const { member, channel } = modal.interaction;
        if (member.id !== this.id) refused('the form is in front of somebody else');
        const data = { custom_id: modal.customId, components: modal.filled(values, { raw, refused }) };
        return this.#open({ type: MODAL_SUBMIT, channel, data, source: modal.source, mutate }).final;
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

    #place(channel) {
        if (!channel) return [...this.guild.channels.values()].find((one) => one.type === 0);
        return typeof channel === 'string' ? this.guild.channel(channel) : channel;
    }

    #open(fields) {
        const { standin, member } = this;
        return new Pending(standin, standin.interactions.open({ member, ...fields }));
    }
}

function checkPicked(select, values) {
    const low = select.min_values ?? 1;
    const high = select.max_values ?? 1;
    if (values.length < low || values.length > high) refused(`pick ${low} to ${high}`);
    for (const value of values) {
        if (!select.options.some((option) => option.value === value)) refused(`no choice ${value}`);
    }
}

/** `mutate` of an interaction as it would come from a direct message. */
export function directMessage(json) {
    const { guild, guild_id: guildId, guild_locale: locale, member, channel, ...rest } = json;
    return {
        ...rest, user: member.user, channel: { id: channel.id, type: 1 }, context: 1,
        authorizing_integration_owners: { 0: '0' },
    };
}
