// A real outage (tests/replays), played in the practice room at a pace that can
// be watched.

import { playStep, readReplay } from '../e2e/replay.mjs';

export const outage = readReplay('2022-12-13-root-filesystem-full');

/**
 * Declares it, and goes on by itself once the war room stands, waiting `paceMs`
 * before each step. Resolves with {war, rest}: the room, and the rest as a
 * promise; {words} when the bot did not declare.
 */
export async function playOutage(guild, paceMs) {
    const [first, ...steps] = outage.steps;
    const declared = await playStep(guild, first, guild.channel('general'));
    const id = /INC-(\d+)\*\* is declared/.exec(declared.text)?.[1];
    if (!id) return { words: declared.text };
    const war = await guild.channelNamed(new RegExp(`^inc-${id}-(?!live)`));
    return { war, rest: go(guild, steps, war, paceMs) };
}

async function go(guild, steps, war, paceMs) {
    for (const step of steps) {
        await new Promise((resolve) => { setTimeout(resolve, paceMs); });
        await playStep(guild, step, war);
    }
}
