// kill -9 at random moments of a real incident: after the restart every answered
// command is in the record exactly once, and so is each message in the rooms and
// the commit. Repeat a failure with SEED=n, or more rounds with ROUNDS=n.

import assert from 'node:assert/strict';
import test from 'node:test';

import { NoAnswer, start } from '../discord/standin.mjs';
import { random } from '../lib/chance.mjs';
import { Bot, git } from './bot.mjs';
import { guildOf, playStep, readReplay } from './replay.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 50);
const KILLS_A_DEMO = 10;
const firstSeed = Number(process.env.SEED ?? 1);

/** Kills the bot after a random number of things that the stand-in notices. */
class Killer {
    constructor(standin, bot, below) {
        this.below = below;
        this.bot = bot;
        this.left = KILLS_A_DEMO;
        this.kills = 0;
        this.countdown = 1 + below(14);
        const note = standin.note.bind(standin);
        standin.note = (...args) => { note(...args); this.tick(); };
    }

    tick() {
        if (this.left <= 0 || this.restarting || --this.countdown > 0) return;
        this.restarting = this.restart();
    }

    /** Some of the kills come while it starts. */
    async restart() {
        do {
            this.left--;
            this.kills++;
            await this.bot.kill();
            await this.bot.start({ ready: false });
        } while (this.left > 0 && this.below(4) === 0 && await someTime(this.below(200)));
        this.countdown = 2 + this.below(14);
        this.restarting = null;
    }
}

/** Not a wait for anything: the moment of a kill. */
const someTime = (ms) => new Promise((done) => { setTimeout(done, ms, true); });

const count = (texts, piece) => texts.filter((text) => text.includes(piece)).length;

/**
 * A person whose command failed looks whether it was kept, and else tries again,
 * like all of us. What failed may be kept or not: only an answer is a promise.
 */
async function insist(guild, bot, step, room) {
    const text = step.options.text ?? step.options.summary;
    for (let failures = 0; failures < 5; failures++) {
        try {
            await playStep(guild, step, room);
            return { ...step, failures };
        } catch (error) {
            if (!(error instanceof NoAnswer)) throw error;
            if (bot.run('timeline', '--incident', '1').out.includes(text)) return { ...step, failures };
        }
    }
    throw new Error(`${step.command} was never answered`);
}

async function survive(seed) {
    const replay = readReplay('2022-12-13-root-filesystem-full');
    const standin = await start({ guilds: [guildOf(replay)] });
    const guild = standin.guild();
    const bot = new Bot(standin, { settings: { discord: { announce_channel: guild.channel('announcements').id } } });
    const answered = [];
    try {
        const below = random(seed);
        for (let first = 0; first < 3; first++) { // it has no record yet
            await bot.start({ ready: false });
            await someTime(below(60));
            await bot.kill();
        }
        await bot.start();
        const [declare, ...steps] = replay.steps;
        await playStep(guild, declare);
        const killer = new Killer(standin, bot, below);
        const room = await guild.channelNamed(/^inc-1-(?!live)/, 20_000);
        for (const step of steps) answered.push(await insist(guild, bot, step, room));
        // More kills while the rooms and the commit are on their way.
        await killer.restarting;
        const card = await room.message(/Postmortem/, 30_000);
        await standin.until(() => /postmortem\//.test(card.text) && !killer.restarting, 'the commit on the card', 60_000);
        killer.left = 0;
        await killer.restarting;
        const live = await guild.channelNamed(/^inc-1-live/, 20_000);
        const due = bot.record().events.filter((event) => event.kind !== 'task').map(({ seq }) => seq);
        for (const channel of [room, live]) {
            await standin.until(() => due.every((seq) => numbersIn(channel).includes(seq)), `every entry in #${channel.name}`, 30_000);
        }
        // It waits for the room, and that may have waited for a limit.
        const announcements = guild.channel('announcements');
        await standin.until(() => announcements.all.length > 0 && room.pinned.length > 0, 'the announcement and the pin', 60_000);
        checkOnce({ standin, guild, bot, room, live, due, answered });
        assert.equal((await bot.stop()).code, 0);
        assert.equal(bot.run('verify').code, 0, bot.run('verify').out);
        assert.ok(killer.kills > 0, 'no kill came before the end');
    } catch (error) {
        error.message += `\nRepeat with: SEED=${seed} ROUNDS=${KILLS_A_DEMO} node tests/e2e/kill.test.mjs\n${bot.log.slice(-5000)}\n${standin.story()}`;
        throw error;
    } finally {
        await bot.close();
        await standin.close();
    }
}

/** The entries a room shows; several share a message, each closes with its number. */
const numbersIn = (channel) => channel.all.flatMap((message) => [...message.text.matchAll(/^-# #(\d+)/gm)].map((found) => Number(found[1])));

function checkOnce({ standin, guild, bot, room, live, due, answered }) {
    const channels = [...guild.channels.values()].map(({ name }) => name).filter((name) => name.startsWith('inc-1'));
    assert.equal(channels.length, 2, `one war room and one live room: ${channels}`);
    const record = bot.record().events;
    for (const { options, command, failures } of answered.filter((step) => step.command === 'timeline add')) {
        const kept = count(record.map(({ text }) => text ?? ''), options.text);
        assert.ok(kept === 1 || (kept > 1 && kept <= 1 + failures), `${command} "${options.text}" is kept ${kept} times`);
    }
    assert.equal(record.filter((event) => event.state_to === 'resolved').length, 1);
    for (const channel of [room, live]) {
        const shown = numbersIn(channel);
        for (const seq of due) assert.equal(shown.filter((one) => one === seq).length, 1, `#${seq} once in #${channel.name}`);
    }
    assert.equal(room.all.filter((message) => /Postmortem/.test(message.text)).length, 1, 'one card');
    assert.equal(guild.channel('announcements').all.length, 1, 'one announcement');
    assert.equal(room.pinned.length, 1, 'one pin');
    const branches = git(bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/postmortem').trim().split('\n');
    assert.equal(branches.length, 1, 'one branch');
    const pages = git(bot.repository, 'log', '--format=%T', branches[0]).trim().split('\n');
    assert.equal(new Set(pages).size, pages.length, 'no page is committed twice');
    const wrong = standin.violations.filter(({ rule }) => !excused.has(rule));
    assert.deepEqual(wrong, []);
}

// A process that died between answering and hearing that it was heard answers
// again; Discord says so, and that is all. What the dead one had spent of a
// limit, the next one learns from Discord's 429.
const excused = new Set(['double-ack', 'rate-limit']);

for (let done = 0, seed = firstSeed; done < ROUNDS; done += KILLS_A_DEMO, seed++) {
    test(`kill -9 ten times, seed ${seed}`, async () => { await survive(seed); });
}
