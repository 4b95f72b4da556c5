// A private incident: who takes a role in it is let into its room, and nobody else.

import assert from 'node:assert/strict';
import test from 'node:test';

import { BITS } from '../discord/permissions.mjs';
import { declare, requests, stage } from './stage.mjs';

const sees = (person, channel) => (person.member.permissionsIn(channel) & BITS.VIEW_CHANNEL) !== 0n;

test('who takes a role in a private incident is let into its room', () => stage({}, async ({ standin, guild, bot, nova, quill, finch }) => {
    await nova.slash('/incident declare', { title: 'Keys leaked', private: true });
    const war = await guild.channelNamed('inc-1-private');
    await war.message('Keys leaked');
    assert.ok(!sees(quill, war) && !sees(finch, war));

    await nova.slash('/ic assign', { user: quill }, { channel: war });
    await standin.until(() => sees(quill, war), 'quill to be let in');
    await war.message(/quill <@/);
    assert.match((await quill.slash('/timeline add', { text: 'Keys rotated' }, { channel: war })).text, /^Kept as #/);
    assert.ok(!sees(finch, war));

    standin.faults.revoke('MANAGE_ROLES');
    await nova.slash('/ic assign', { user: finch, role: 'scribe' }, { channel: war });
    await war.message(/Who may see the war room could not be changed.*Manage Roles/);
    assert.ok(!sees(finch, war));
    assert.equal(guild.channels.has(war.id), true);
    assert.equal(bot.record().events.filter(({ effect }) => effect === 'war_room').length, 1);
}));

test('what becomes public is seen by all, and hidden again when it becomes private', () => stage({ settings: (guild) => ({ discord: { announce_channel: guild.channel('announcements').id } }) }, async ({ standin, guild, nova, quill, finch }) => {
    const announcements = guild.channel('announcements');
    const lines = () => announcements.all.filter(({ exists }) => exists).map(({ text }) => text).join('\n');
    const others = [quill, finch];
    const listed = async () => (await quill.slash('/incident list')).text;
    await nova.slash('/incident declare', { title: 'Keys leaked', private: true });
    const war = await guild.channelNamed('inc-1-private');
    await war.message('Keys leaked');
    const here = { channel: war };
    await nova.slash('/timeline add', { text: 'The vault was open' }, here);
    await nova.slash('/timeline add', { text: 'Only for us', visibility: 'room' }, here);
    const live = () => [...guild.channels.values()].find(({ name }) => name === 'inc-1-live');
    const hidden = () => others.every((one) => !sees(one, war) && !(live() && sees(one, live())));
    assert.ok(hidden());

    assert.match((await nova.slash('/incident set', { private: false }, here)).text, /public from now on/);
    await standin.until(() => others.every((one) => sees(one, war) && live() && sees(one, live())), 'both rooms to open');
    const room = live();
    await room.message(/The vault was open/);
    await standin.until(() => /Keys leaked/.test(lines()), 'the announcement');
    await standin.until(() => war.name === 'inc-1-keys-leaked', 'the name of the room');
    assert.match(await listed(), /Keys leaked/);
    assert.match((await quill.slash('/timeline add', { text: 'I can help' }, here)).text, /^Kept as #/);
    await room.message(/I can help/);
    assert.ok(room.all.every(({ text }) => !text.includes('Only for us')));

    assert.match((await nova.slash('/incident set', { private: true }, here)).text, /private from now on/);
    await standin.until(hidden, 'both rooms to close');
    await standin.until(() => !/Keys leaked|inc-1/i.test(lines()), 'the announcement to be taken back');
    await standin.until(() => [...guild.channels.values()].every(({ name, topic }) => !/keys/i.test(`${name} ${topic}`)), 'the name to say nothing');
    assert.doesNotMatch(await listed(), /INC-1/);
    assert.match((await quill.slash('/incident status', { incident: 'INC-1' })).text, /There is no INC-1 in this server that you may see/);
    assert.ok(sees(nova, war), 'who declared it stays');
    await nova.slash('/timeline add', { text: 'Keys rotated' }, here);
    await war.message(/Keys rotated/);
    assert.ok(!live() || live().all.every(({ text }) => !text.includes('Keys rotated')), 'nothing more is told');

    // A third name waits for minutes, and nothing waits for it.
    await nova.slash('/incident set', { private: false, title: 'Vault open' }, here);
    await standin.until(() => sees(quill, war), 'the room to open again');
    await nova.slash('/timeline add', { text: 'All can see it' }, here);
    await war.message(/All can see it/);
    assert.ok(!/vault/.test(war.name));
}));

// Discord takes two new names of a channel in ten minutes, by whomever.
test('a name that Discord does not take yet keeps no room open', () => stage({}, async ({ standin, guild, nova, finch }) => {
    const { war } = await declare(guild, nova, { title: 'Logins fail' });
    standin.limits.hidden.name_or_topic = { limit: 0, perMs: 600_000 };
    await nova.slash('/incident set', { title: 'Keys leaked' }, { channel: war });
    await standin.until(() => requests(standin, /^PATCH \S*\/channels\/\d+$/).length > 0, 'the name to be refused');
    await nova.slash('/incident set', { private: true }, { channel: war });
    await standin.until(() => !sees(finch, war), 'the room to close');
}));

/** A category in which moderators have more than opsroom has. */
function categoryOf(guild) {
    const moderators = guild.createRole({ name: 'moderators', permissions: 0n });
    const allow = BITS.VIEW_CHANNEL | BITS.MANAGE_ROLES | BITS.MANAGE_MESSAGES;
    return guild.createChannel({ type: 4, name: 'Incidents', overwrites: [
        { id: guild.id, type: 0, allow: 0n, deny: BITS.CREATE_PUBLIC_THREADS | BITS.MENTION_EVERYONE },
        { id: moderators.id, type: 0, allow, deny: 0n },
    ] });
}

test('a room becomes public in a category whose moderators have more than opsroom', () => stage({ settings: (guild) => ({ discord: { category: categoryOf(guild).id } }) }, async ({ standin, guild, nova, quill }) => {
    await nova.slash('/incident declare', { title: 'Keys leaked', private: true });
    const war = await guild.channelNamed('inc-1-private');
    await war.message('Keys leaked');
    await nova.slash('/incident set', { private: false }, { channel: war });
    await standin.until(() => sees(quill, war), 'the room to open');
    assert.equal(quill.member.permissionsIn(war) & BITS.CREATE_PUBLIC_THREADS, 0n, 'as the category has it');
}));
