// The three real incidents once more, by hand: menus on what people had said,
// buttons of the card, and the forms behind them. A command is typed only where
// there is nothing to click. Record and postmortem are those of the commands.

import assert from 'node:assert/strict';
import test from 'node:test';

import { COMMAND } from '../discord/interactions.mjs';
import { asRendered, git } from './bot.mjs';
import { guildOf, playStep, readReplay } from './replay.mjs';
import { buttons, leave, withBot } from './stage.mjs';

// ---- what was said when it happened ----

/** Discord's clock: in the past while people talk, then today's. */
function windingClock() {
    const clock = {
        at: null,
        now: () => clock.at ?? Date.now(),
        after(ms, run) {
            const timer = setTimeout(run, ms).unref();
            return () => clearTimeout(timer);
        },
    };
    return clock;
}

const MONTHS = { Dec: 12, Feb: 2 };

/** The moment of "18:53" or "Dec 17 08:21", or null when it is not known to the minute. */
function momentOf(time, declared) {
    const [, month, day, hour, minute] = /^(?:(Dec|Feb) (\d+) )?(\d\d):(\d\d)$/.exec(time) ?? [];
    if (!hour) return null;
    const [year, ownMonth, ownDay] = declared.split(' ')[0].split('-').map(Number);
    return Date.UTC(year, (month ? MONTHS[month] : ownMonth) - 1, Number(day ?? ownDay), Number(hour), Number(minute));
}

/** Which entries stand in the chat: no message has a link of its own, or nobody for its author. */
const isSaid = ({ command, options }) => command === 'timeline add' && !options.link && options.by !== 'nobody';

/** Everybody says what they saw when they saw it; the messages by step. */
function talk(clock, guild, replay) {
    const said = new Map();
    const [declared, report] = replay.steps;
    for (const step of replay.steps.filter((one) => one === report || isSaid(one))) {
        clock.at = momentOf(step.options.time, declared.options.started) ?? clock.at;
        const files = step.file ? [{ ...step.file, bytes: Buffer.from(step.file.text) }] : [];
        said.set(step, guild.member(step.member).say('general', step.options.text, files));
    }
    clock.at = null;
    return said;
}

// ---- the hand ----

const given = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

class Hand {
    constructor(guild, said) {
        Object.assign(this, { guild, said });
    }

    /** The first report becomes the incident. */
    async declare({ member, options }, report) {
        const person = this.guild.member(member);
        const { title, severity, started, impact } = options;
        const form = await person.messageMenu(this.said.get(report), 'Declare incident');
        const answer = await person.submit(form, { title, severity, started, impact });
        this.war = await this.guild.channelNamed(/^inc-1-/);
        this.card = await this.war.message(title);
        return answer;
    }

    async keep(step) {
        const person = this.guild.member(step.member);
        const { text, time, kind, by, link, confidence } = step.options;
        const message = this.said.get(step);
        const kept = message
            ? await person.messageMenu(message, kind === 'idea' ? 'Park as idea' : 'Add to timeline')
            : await person.submit(await person.press(this.card, 'Add note'), given({ text, time, kind, link }));
        // What a menu, or the first form, had no place for.
        const rest = message ? given({ kind, confidence, by, time: time.includes('X') ? time : undefined }) : given({ confidence, by });
        const isRight = kind === 'idea' || (kind === 'note' && !step.file) || !message;
        return isRight && !rest.by && !rest.confidence ? kept : person.submit(await person.press(kept, 'Correct it'), rest);
    }

    async change({ member, options }) {
        const person = this.guild.member(member);
        const { what, where, from, to, time, temporary, undo, verified } = options;
        const kept = await person.submit(await person.press(this.card, 'Change'), { what, where, from, to, time });
        if (!temporary && !undo && !verified) return kept;
        const form = await person.press(kept, 'Temporary? Verified?');
        return person.submit(form, given({ temporary: temporary ? 'yes' : 'no', undo, verified }));
    }

    async resolve({ member, options }) {
        const person = this.guild.member(member);
        return person.submit(await person.press(this.card, 'Resolve'), options);
    }

    async play(replay) {
        const [declared, report, ...rest] = replay.steps;
        const told = [await this.declare(declared, report)];
        for (const step of rest) {
            if (step.command === 'timeline add') told.push(await this.keep(step));
            else if (step.command === 'timeline change') told.push(await this.change(step));
            else if (step.command === 'resolve') told.push(await this.resolve(step));
            // A menu assigns from now on; only the command takes the time back.
            else told.push(await playStep(this.guild, step, this.war));
        }
        for (const answer of told) assert.ok(answer.ephemeral && !/Nothing was kept/.test(answer.text), answer.text);
    }
}

// ---- both ways ----

async function played(replay, play) {
    const clock = windingClock();
    const settings = (guild) => ({ discord: { announce_channel: guild.channel('announcements').id } });
    let result;
    await withBot({ guilds: [guildOf(replay)], settings, clock }, async ({ standin, guild, bot }) => {
        const said = talk(clock, guild, replay);
        await bot.start();
        await play({ guild, said });
        const war = await guild.channelNamed(/^inc-1-/);
        const card = await war.message(/Postmortem/);
        await standin.until(() => /postmortem\//.test(card.text), 'the commit on the card', 30_000);
        assert.deepEqual(Object.keys(buttons(card)), []);
        const branch = git(bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/postmortem').trim();
        const path = git(bot.repository, 'ls-tree', '-r', '--name-only', branch).trim();
        const typed = [...standin.interactions.byId.values()].filter(({ type, data }) => type === COMMAND && !data.target_id).map(({ commandName }) => commandName);
        result = { page: asRendered(git(bot.repository, 'show', `${branch}:${path}`)), record: bot.record(), typed, path };
        await leave({ standin, bot });
    });
    return result;
}

const byCommands = async (replay) => played(replay, async ({ guild }) => {
    let room;
    for (const step of replay.steps) {
        await playStep(guild, step, room);
        room ??= await guild.channelNamed(/^inc-1-/);
    }
});
const byHand = (replay) => played(replay, ({ guild, said }) => new Hand(guild, said).play(replay));

// ---- what may differ ----

const MESSAGE_LINK = / ?<?https:\/\/discord\.com\/channels\/\d+\/\d+\/\d+>?/g;

/** The page without links to messages, the moment of the declaration, and the hash of the record. */
const samePage = ({ page }, lost) => page.replace(MESSAGE_LINK, '').replace(/\| Declared \|.*/, '| Declared | today |')
    .replace(/SHA-256 of the record `\w+`/, 'SHA-256').replace(lost ? ` ${lost.replace('#', '\\#')}` : '', '');

/** The entries as they stand: corrections are taken in, and what is about the recording left out. */
function sameRecord({ record }, lost) {
    const { events, milestones, postmortem_commit: commit, record_sha256: hash, ...rest } = record;
    const entries = new Map();
    for (const event of [...events].sort((one, other) => one.seq - other.seq).filter(({ kind }) => kind !== 'task')) {
        const { seq, kind, target, entry_kind: entryKind = 'report', link, origin, source, recorded_at: recordedAt, ...said } = event;
        const drop = (pattern) => { for (const key of Object.keys(said).filter((one) => pattern.test(one))) delete said[key]; };
        drop(/^(recorder_|rest_|milestone|occurred_(typed|precision))/);
        if (said.file_sha256) drop(/^(actor|occurred)_/); // it was posted when and by whom it was, whatever its entry says now
        if (said.occurred_from?.slice(0, 10) === recordedAt.slice(0, 10)) drop(/^occurred_/);
        const own = link?.replace(MESSAGE_LINK, '').replace(lost ?? '', '');
        const entry = { ...said, ...(own ? { link: own } : {}) };
        if (kind === 'edit') entries.set(target, { kind: entryKind, ...entry });
        else entries.set(seq, { kind, ...entry, ...(target ? { of: entries.get(target).text } : {}) });
    }
    const text = (entry) => JSON.stringify(Object.entries(entry).sort());
    return { ...rest, milestones: { ...milestones, declared: 'today' }, entries: [...entries.values()].map(text).sort() };
}

const TYPED = { '2022-12-13-root-filesystem-full': [], '2022-12-18-media-cache-and-queue-latency': [], '2023-02-27-tls-media': ['ic assign'] };

for (const name of Object.keys(TYPED)) {
    test(`${name} by hand is what it is by commands`, async () => {
        const replay = readReplay(name);
        const [commands, hand] = await Promise.all([byCommands(replay), byHand(replay)]);
        const { link } = replay.steps[1].options; // of the report that it was declared from: a message links to itself
        assert.deepEqual(hand.typed, TYPED[name]);
        assert.equal(hand.path, commands.path);
        assert.deepEqual(sameRecord(hand, link), sameRecord(commands, link));
        assert.equal(samePage(hand, link), samePage(commands, link));
    });
}
