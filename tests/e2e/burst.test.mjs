// Three incidents at their worst: 200 entries in ten seconds while Discord holds
// its limits, also those on what was posted hours ago. It takes as long as that.

import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as later } from 'node:timers/promises';

import { stage } from './stage.mjs';

const ENTRIES = 200, INCIDENTS = 3, LASTS_MS = 10_000, STEP_MS = 500, HOURS = 2 * 3600_000;
const AT_ONCE = (ENTRIES * STEP_MS) / LASTS_MS;
const TITLES = ['Logins fail', 'Search is slow', 'Mail is late'];
const MARK = /\bentry (\d+) was seen/g;

/** Discord's clock, hours behind until `wind` is called: what was posted before is old then. */
function lateClock() {
    let behind = HOURS;
    return {
        now: () => Date.now() - behind,
        after(ms, run) {
            const timer = setTimeout(run, ms).unref();
            return () => clearTimeout(timer);
        },
        wind() { behind = 0; },
    };
}

async function declareAll({ guild, standin, nova }) {
    const all = [];
    for (const title of TITLES) {
        await nova.slash('/incident declare', { title, severity: 'SEV1' });
        const id = all.length + 1;
        const war = await guild.channelNamed(new RegExp(`^inc-${id}-(?!live)`));
        const live = await guild.channelNamed(`inc-${id}-live`);
        await war.message(title);
        const old = [];
        for (let n = 0; n < 3; n++) old.push(/#\d+/.exec((await nova.slash('/timeline add', { text: `Early sign ${n} of ${title}` }, { channel: war })).text)[0]);
        await live.message(/Early sign 2/);
        await standin.until(() => war.all.some(({ text }) => text.includes('Early sign 2')), 'the war room');
        all.push({ id, title, war, live, old });
    }
    return all;
}

/** What the live room says now, in order: the numbers of its entries. */
const numbersIn = (room) => room.all.filter(({ exists }) => exists).flatMap(({ text }) => [...text.matchAll(MARK)].map(([, number]) => Number(number)));

/** The cards of a channel as they were posted and edited: `at`, and the moment they call the last entry's, to the second. */
function cardsOf(standin, channel, title) {
    const cards = standin.diary.in(channel, 'create', 'edit').filter(({ message, text }) => message.embeds.length && text.includes(title));
    return cards.map(({ at, text }) => ({ at, newest: 1000 * Number(/\*\*Last entry\*\* <t:(\d+):R>/.exec(text)?.[1] ?? 0) }));
}

test('200 entries in ten seconds: none lost, doubled or out of order, no card stale', async () => {
    const clock = lateClock();
    await stage({ clock, ackDeadline: 10_000 }, async ({ standin, guild, bot, nova, quill, finch }) => {
        const incidents = await declareAll({ guild, standin, nova });
        clock.wind();
        const people = [nova, quill, finch];
        const pending = [];
        const send = (sent) => {
            sent.catch(() => {}); // until all are looked at
            pending.push(sent);
        };
        for (let n = 0; n < ENTRIES; n++) {
            if (n > 0 && n % AT_ONCE === 0) await later(STEP_MS);
            const { war } = incidents[n % INCIDENTS];
            send(people[n % people.length].slash('/timeline add', { text: `entry ${n} was seen` }, { channel: war }));
            // Meanwhile what stands there is corrected, and a title.
            if (n % 40 === 20) for (const one of incidents) send(nova.slash('/timeline edit', { id: one.old[0], text: `Early sign, corrected ${n}` }, { channel: one.war }));
            if (n % 60 === 30) send(quill.slash('/incident set', { title: `${incidents[0].title} ${n}` }, { channel: incidents[0].war }));
        }
        for (const one of incidents) send(nova.slash('/timeline strike', { id: one.old[1], reason: 'Seen wrongly' }, { channel: one.war }));
        const answers = await Promise.all(pending);
        for (const answer of answers) assert.ok(answer.ephemeral && !/Nothing was kept/.test(answer.text), answer.text);

        const recorded = []; // the entries' moments, of each incident
        for (const [at, { id, live, war }] of incidents.entries()) {
            const kept = bot.record(id).events.filter(({ kind, text }) => kind === 'note' && /was seen/.test(text)).sort((one, other) => one.seq - other.seq);
            recorded.push(kept.map(({ recorded_at: moment }) => Date.parse(moment)));
            const wanted = kept.map(({ text }) => Number(/\d+/.exec(text)[0]));
            assert.equal(wanted.length, Math.ceil((ENTRIES - at) / INCIDENTS), 'every answered entry is in the record');
            for (const room of [live, war]) {
                await standin.until(() => numbersIn(room).length >= wanted.length, `every entry in #${room.name}`, 30_000);
                assert.deepEqual(numbersIn(room), wanted, `#${room.name}: none lost, doubled or out of order`);
                const says = (pattern) => pattern.test(room.all.map(({ text }) => text).join('\n'));
                await standin.until(() => says(/corrected 180/) && says(/~~[^~]*Early sign 1/), `the corrections in #${room.name}`, 30_000);
            }
        }
        // Only the limit on old messages shows in no header.
        const refused = standin.trace.filter(({ kind, text }) => kind === 'rest out' && text.startsWith('429'));
        assert.deepEqual(refused.filter(({ text }) => !text.includes('"code":30046')), []);
        for (const [at, { war, live, title }] of incidents.entries()) {
            for (const room of [war, live]) {
                const tells = (moment) => cardsOf(standin, room, title).find(({ newest }) => newest + 1000 > moment);
                await standin.until(() => tells(recorded[at].at(-1)), `the last card of #${room.name}`, 30_000);
                const stale = Math.max(...recorded[at].map((moment) => tells(moment).at - moment));
                assert.ok(stale <= 15_000, `the card of #${room.name} is ${stale} ms behind`);
            }
        }
    });
});
