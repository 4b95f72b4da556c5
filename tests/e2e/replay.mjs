// Plays a real incident (tests/replays) by invoking the slash commands as its
// people would have.

import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../replays/', import.meta.url);

export const replayNames = () => readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).sort();
export const readReplay = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

/** The members that a replay's guild needs. */
export const guildOf = (replay) => ({
    name: 'Volunteers', members: replay.members.map((name) => ({ name })), channels: ['general', 'announcements'],
});

const bytesOf = ({ name, type, text }) => ({ name, type, bytes: Buffer.from(text) });

/** Invokes one step; the first one's channel is #general, later ones the war room. */
export async function playStep(guild, step, channel) {
    const options = step.file ? { ...step.options, file: bytesOf(step.file) } : step.options;
    return guild.member(step.member).slash(`/${step.command}`, options, { channel });
}

/**
 * All steps in order. `told(step, answer)` hears of each. What a robot told is
 * handed to `alert(step)`, if there is one, instead of being typed in; the
 * incident is then about `service`. Resolves with the war room's channel when
 * the postmortem is committed.
 */
export async function play(standin, guild, replay, { told = () => {}, service, alert } = {}) {
    let room;
    for (const step of replay.steps) {
        if (alert && step.options.kind === 'alert') {
            await alert(step);
            continue;
        }
        const declares = step.command === 'incident declare' && service;
        const answer = await playStep(guild, declares ? { ...step, options: { ...step.options, service } } : step, room);
        if (!answer.ephemeral) throw new Error(`${step.command} was not answered privately`);
        told(step, answer);
        room ??= await guild.channelNamed(/^inc-1-/);
    }
    return room;
}
