// A stand-in with the real bot on it, and what several tests ask of them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { start } from '../discord/standin.mjs';
import { Bot } from './bot.mjs';

/**
 * Plays `play({standin, guild, bot})` and closes both; a failure brings the
 * bot's log along. `options` are the stand-in's, and `settings` the bot's (or
 * made from the guild).
 */
export async function withBot({ settings, ...options }, play) {
    const standin = await start(options);
    const guild = standin.guild();
    const bot = new Bot(standin, { settings: typeof settings === 'function' ? settings(guild, standin) : settings });
    try {
        await play({ standin, guild, bot });
    } catch (error) {
        error.message += `\n--- the bot's log\n${bot.log.slice(-6000)}\n--- the last traffic\n${standin.story()}`;
        throw error;
    } finally {
        await bot.close();
        await standin.close();
    }
}

/** The bot has broken no rule of Discord's, stops with 0 if it runs, and its record is whole. */
export async function leave({ standin, bot }) {
    // When this machine is too slow to hear an answer in time, it is sent again.
    const isSlow = /callback" status=0 .*timed out/.test(bot.log);
    assert.deepEqual(standin.violations.filter(({ rule }) => !(isSlow && rule === 'double-ack')), []);
    if (bot.running) assert.deepEqual(await bot.stop(), { code: 0, signal: null });
    else assert.ok([null, 'SIGKILL'].includes(bot.child?.signalCode ?? null), `the bot died of ${bot.child?.signalCode}`);
    assert.doesNotMatch(bot.log, /event=json_leaked/);
    const { code, out, err } = bot.run('verify');
    assert.equal(code, 0, out + err);
}

/**
 * Plays `play({standin, guild, bot, nova, quill, finch})`. Afterwards the bot
 * has broken no rule of Discord's, stops with 0, and its record is whole.
 */
export const stage = ({ started = true, ...options }, play) => withBot(options, async ({ standin, guild, bot }) => {
    if (started) await bot.start();
    await play({ standin, guild, bot, nova: guild.member('nova'), quill: guild.member('quill'), finch: guild.member('finch') });
    await leave({ standin, bot });
});

const lanes = Array.from({ length: 6 }, () => Promise.resolve());
let scenes = 0;

/** A test of one scene. Several of a file play at once: they mostly wait. */
export function scene(name, options, play) {
    const lane = scenes++ % lanes.length;
    const played = lanes[lane].then(() => stage(options, play));
    lanes[lane] = played.catch(() => {}); // the test says so
    test(name, () => played);
}

/** Declares an incident; resolves with its rooms when they stand. */
export async function declare(guild, person, values = {}, where) {
    let answer = await person.slash('/incident declare', { title: 'Logins fail', ...values }, where);
    if (/Is it the same/.test(answer.text)) answer = await person.press(answer.message, 'Declare anyway');
    const id = Number(/INC-(\d+)/.exec(answer.text)[1]);
    const war = await guild.channelNamed(new RegExp(`^inc-${id}-(?!live)`));
    const live = await guild.channelNamed(`inc-${id}-live`);
    const card = await war.message('Logins fail');
    return { answer, id, war, live, card };
}

/** What Discord shows of a text with markdown: neither escapes nor the brackets around a link. */
export const seen = (text) => text.replace(/(?<!\\)<(https?:[^>\s]*)>/g, '$1').replace(/\\([^\p{L}\p{N}\s])/gu, '$1').replaceAll('\u200b', '');

/** What people did, without what the bot does about it in its own time (rooms, the postmortem). */
export function told(bot, incident = 1) {
    const { events, state, postmortem_branch: branch, postmortem_commit: commit, ...rest } = bot.record(incident);
    return { ...rest, events: events.filter(({ kind }) => kind !== 'task') };
}

/** `act` is answered privately with words that match, and the record stays as it was. */
export async function refused(bot, words, act, incident = 1) {
    const before = told(bot, incident);
    const answer = await act();
    assert.match(seen(answer.text), words);
    assert.ok(answer.ephemeral, `privately: ${answer.text}`);
    assert.deepEqual(told(bot, incident), before, `unchanged after: ${answer.text}`);
    return answer;
}

/** The custom ids of a message's buttons, by label. */
export const buttons = (message) => Object.fromEntries(
    message.components.flatMap((row) => row.components).map(({ label, custom_id: id }) => [label, id]));

/** Payloads that the bot has sent to the gateway: [{op, d}], oldest first. */
export const sent = (standin, op) => standin.trace.filter(({ kind }) => kind === 'gateway in')
    .map(({ text }) => JSON.parse(text)).filter((payload) => op === undefined || payload.op === op);
export const IDENTIFY = 2, RESUME = 6, HEARTBEAT = 1;

/** Requests to REST that match, as `METHOD /path`. */
export const requests = (standin, pattern) => standin.trace.filter(({ kind }) => kind === 'rest in')
    .map(({ text }) => text.split(' ').slice(0, 2).join(' ')).filter((line) => pattern.test(line));
