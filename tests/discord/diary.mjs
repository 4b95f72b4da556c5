// What reached people, in order, on the stand-in's clock: for tests that count,
// measure and look for what is missing, doubled or out of place.
//
//   assert.deepEqual(standin.diary.in(live, 'create').map((one) => one.text), …);
//   standin.diary.to(nova)                          what only nova saw, and her pings

export class Diary {
    constructor(clock) {
        this.clock = clock;
        this.entries = [];
    }

    /**
     * `what`: create, edit or delete of a message; form or choices of an answer.
     * `text` is how it read then, empty after a delete.
     */
    note(what, { channel, message = null, text = message?.text ?? '', to = null }) {
        const at = this.clock.now();
        this.entries.push({ at, what, channel, message, text, to });
    }

    /** Of a channel, private answers left out. */
    in(channel, ...whats) { return this.entries.filter((one) => one.channel === channel && !one.to && fits(one, whats)); }

    /** Of one message. */
    of(message, ...whats) { return this.entries.filter((one) => one.message === message && fits(one, whats)); }

    /** What this person, and nobody else, got; and what pinged them, as it was made. */
    to(person, ...whats) {
        const isPing = (one) => one.what === 'create' && one.message.pinged.users.includes(person.id);
        return this.entries.filter((one) => (one.to === person.id || isPing(one)) && fits(one, whats));
    }
}

const fits = (entry, whats) => !whats.length || whats.includes(entry.what);
