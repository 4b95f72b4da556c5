// What a person sees of the bot's answer, and waiting for it.

import { Modal } from './forms.mjs';

/** "The application did not respond." */
export class NoAnswer extends Error {
    name = 'NoAnswer';
}

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
export class Pending {
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
