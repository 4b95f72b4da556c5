// A bot that says what a test tells it to, in place of the real one: for what the
// page must show and send whether opsroom uses it yet or not.

import { NOBODY, RawBot } from '../discord/raw_bot.mjs';

export class ScriptedBot {
    /** `answer(interaction)` gives the callback's body, or null for silence. */
    constructor(standin, { commands, answer }) {
        this.raw = new RawBot(standin);
        this.standin = standin;
        this.commands = commands;
        this.answer = answer;
        this.repository = '/nonexistent';
        this.log = '';
        this.heard = []; // data of what people did, oldest first
    }

    async start() {
        const socket = await this.raw.identify();
        await this.raw.register(this.commands);
        this.listening = this.#listen(socket);
        this.listening.catch(() => {}); // ends with the socket
    }

    async #listen(socket) {
        socket.ws.on('message', (bytes) => {
            const { t: type, d: interaction } = JSON.parse(String(bytes));
            if (type !== 'INTERACTION_CREATE') return;
            if (interaction.type !== 4) { this.heard.push(interaction); this.standin.world.changed(); }
            const body = this.answer(interaction);
            if (body) this.raw.answer(interaction, body);
        });
    }

    post(channel, fields) { return this.raw.post(channel, fields); }

    /** The next thing a person does that fits. */
    hears(fits) { return this.standin.until(() => this.heard.find(fits), 'the bot to hear of it'); }

    async close() { this.raw.close(); }
}

export const privately = (content, more = {}) => ({ type: 4, data: { content, flags: 64, allowed_mentions: NOBODY, ...more } });
