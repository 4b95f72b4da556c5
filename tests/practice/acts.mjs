// What a person does in the practice room: each act is a function of the person
// and of what the page sent. Refusals of Discord's client and of the stand-in
// come back as words.

import { Answer, NoAnswer } from '../discord/answers.mjs';
import { playOutage } from './outage.mjs';

export class ActRefused extends Error {
    name = 'ActRefused';
}
const refused = (words) => { throw new ActRefused(words); };

/** What the page needs to know of an answer at once: only forms. */
function outcome({ interaction }) {
    if (!interaction.modal) return {};
    const { title, components } = interaction.modal;
    return { form: { interaction: interaction.id, title, components } };
}

const uploads = (files) => (files ?? []).map(({ name, type, base64 }) => (
    { name, type: type || 'application/octet-stream', bytes: Buffer.from(base64, 'base64') }));

/** Values of options and fields; files among them get their bytes. */
function valuesOf(values) {
    const one = (value) => (value?.base64 === undefined ? value : uploads([value])[0]);
    return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.map(one) : one(value)]));
}

export class Acts {
    constructor(standin, guild, forum, paceMs) {
        this.standin = standin;
        this.guild = guild;
        this.forum = forum;
        this.paceMs = paceMs;
        this.isPlaying = false;
    }

    knows(name) { return Object.hasOwn(ACTS, name); }

    /** Runs act `name`; resolves with what the page is told. */
    async run(name, person, body) {
        try {
            return await ACTS[name](person, body, this) ?? {};
        } catch (error) {
            // The room shows who was not answered.
            if (error instanceof NoAnswer) return {};
            throw error;
        }
    }

    message(person, id) {
        const inRooms = [...this.standin.world.channels.values()].filter((channel) => person.reads(channel).length)
            .map((channel) => channel.messages.get(id)).find(Boolean);
        if (inRooms) return inRooms;
        for (const interaction of this.standin.interactions.byId.values()) {
            if (interaction.member.id !== person.id) continue;
            const answers = [interaction.original, ...interaction.followups.values()];
            const found = answers.find((one) => one?.id === id && one.ephemeral);
            if (found) return found;
        }
        return refused('The message is gone.');
    }

    place(id) { return this.standin.world.channels.get(id) ?? refused('The room is gone.'); }
}

const ACTS = {
    async command(person, { command, values, channel }, room) {
        return outcome(await person.begin(command, valuesOf(values), { channel: room.place(channel) }).first);
    },

    async autocomplete(person, { command, values, focused, channel }, room) {
        const { [focused]: typed, ...others } = values;
        return { choices: await person.complete(command, others, focused, typed, { channel: room.place(channel) }) };
    },

    async press(person, { message, component, values }, room) {
        return outcome(await person.beginPress(room.message(person, message), component, { values }).first);
    },

    async submit(person, { interaction, values }, room) {
        const asked = room.standin.interactions.byId.get(interaction);
        if (asked?.member.id !== person.id || !asked.modal) refused('The form is gone.');
        return outcome(await person.beginSubmit(new Answer(asked), valuesOf(values)).first);
    },

    async menu(person, { name, message, member, channel }, room) {
        const target = message ? room.message(person, message) : room.guild.memberNamed(member);
        return outcome(await person.beginMenu(target, name, { channel: room.place(channel) }).first);
    },

    say(person, { channel, text, files }, room) {
        person.say(room.place(channel), text, uploads(files));
    },

    remove(person, { message }, room) {
        person.deleteMessage(room.message(person, message));
    },

    forum(person, { broken }, room) {
        room.forum.isBroken = Boolean(broken);
    },

    async outage(person, body, room) {
        if (room.isPlaying) refused('The outage is being played: see the rooms.');
        room.isPlaying = true;
        const { war, rest, words } = await playOutage(room.guild, room.paceMs).catch((error) => ({ words: error.message }));
        const ended = () => { room.isPlaying = false; };
        // Whoever closes the room or deletes the war room ends it, too.
        rest?.then(ended, ended);
        if (!war) { ended(); refused(words); }
        return { room: war.id };
    },

    removeRoom(person, { channel }, room) {
        person.deleteChannel(room.place(channel));
    },
};
