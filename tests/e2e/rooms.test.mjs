// The rooms as projections of the record: what is corrected, struck, hidden or
// deleted shows in place; what Discord refuses gets a substitute, and heals.

import assert from 'node:assert/strict';

import { BITS } from '../discord/permissions.mjs';
import { declare, scene, seen } from './stage.mjs';

const sees = (person, channel) => (person.member.permissionsIn(channel) & BITS.VIEW_CHANNEL) !== 0n;
const text = (channel) => channel.all.map((message) => seen(message.text)).join('\n');
const numbers = (channel) => channel.all.flatMap((message) => [...message.text.matchAll(/^-# #(\d+)/gm)].map((found) => Number(found[1])));
const cards = (channel) => channel.all.filter((message) => message.embeds.length > 0);
const announced = { settings: (guild) => ({ discord: { announce_channel: guild.channel('announcements').id } }) };

scene('a correction and a strike show in the message that holds the entry', {}, async ({ standin, guild, nova, quill }) => {
    const { war, live } = await declare(guild, nova);
    await nova.slash('/timeline add', { text: 'Disk of db-1 is full' }, { channel: war });
    await nova.slash('/timeline add', { text: 'Restarted the cache' }, { channel: war });
    await standin.until(() => [war, live].every((room) => text(room).includes('Restarted the cache')), 'the entries');
    const ids = (room) => room.all.map(({ id }) => id);
    const before = [ids(war), ids(live)];
    const [first, second] = numbers(live).slice(-2);
    await quill.slash('/timeline edit', { id: `#${first}`, text: 'Disk of db-2 is full' }, { channel: war });
    await quill.slash('/timeline strike', { id: `#${second}`, reason: 'That was another incident' }, { channel: war });
    await standin.until(() => [war, live].every((room) => /db-2 is full/.test(text(room)) && /struck .* by quill: That was another incident/.test(text(room))), 'both in both rooms');
    assert.deepEqual([ids(war), ids(live)], before, 'nothing was posted for it');
    for (const room of [war, live]) {
        assert.doesNotMatch(text(room), /db-1/);
        assert.match(text(room), /Disk of db-2 is full\n-# #\d+ .*corrected \d\d:\d\d UTC/);
        assert.match(text(room), /~~.*Restarted the cache~~/);
    }
});

scene('the live room begins with a card, and one button for readers', {}, async ({ standin, guild, nova, finch }) => {
    const { war, live } = await declare(guild, nova);
    const card = await live.message((message) => message.embeds.length > 0);
    assert.equal(live.all[0], card);
    const answer = await finch.press(card, 'What is happening?');
    assert.ok(answer.ephemeral);
    assert.match(answer.text, /INC-1/);
    await nova.slash('/ic assign', { user: nova }, { channel: war });
    await standin.until(() => /Commander\*\* nova/.test(card.text), 'the commander on the live card', 15_000);
    assert.throws(() => finch.begin('/incident status', {}, { channel: live }), /read-only/);
});

scene('what was struck in time is never seen in the live room', {
    settings: { rooms: { live_delay_s: 4 } },
}, async ({ standin, guild, nova }) => {
    const { war, live } = await declare(guild, nova);
    await nova.slash('/timeline add', { text: 'My password is on the wiki' }, { channel: war });
    await war.message(/password is on the wiki/);
    await nova.slash('/timeline strike', { id: `#${numbers(war).at(-1)}`, reason: 'Not here' }, { channel: war });
    await nova.slash('/timeline add', { text: 'Disk is full' }, { channel: war });
    await live.message(/Disk is full/, 15_000);
    assert.match(text(war), /~~.*password is on the wiki~~/);
    assert.doesNotMatch(text(live), /password/);
    assert.ok(standin.trace.every(({ kind, text: line }) => kind !== 'rest in' || !line.includes(`/channels/${live.id}/`) || !line.includes('wiki')));
});

scene('what becomes private is hidden, and what becomes public is released', announced, async ({ standin, guild, nova, finch }) => {
    const { war, live } = await declare(guild, nova);
    const line = await guild.channel('announcements').message(/Logins fail/);
    await nova.slash('/incident set', { private: true }, { channel: war });
    await standin.until(() => !line.exists && !sees(finch, live) && !sees(finch, war) && war.name === 'inc-1-private', 'all of it hidden', 15_000);
    assert.ok(sees(nova, war));
    await nova.slash('/timeline add', { text: 'Keys rotated' }, { channel: war });
    await war.message(/Keys rotated/);
    assert.doesNotMatch(text(live), /Keys rotated/);
    await nova.slash('/incident set', { private: false }, { channel: war });
    await live.message(/Keys rotated/);
    await standin.until(() => sees(finch, live) && sees(finch, war), 'everybody to see it again', 15_000);
    await guild.channel('announcements').message(/Logins fail/);
});

scene('many messages deleted at once come back, each once', {}, async ({ standin, guild, bot, nova }) => {
    const { war, live } = await declare(guild, nova);
    for (let i = 0; i < 3; i++) {
        await nova.slash('/timeline add', { text: `Finding number ${i}` }, { channel: war });
        await live.message(new RegExp(`number ${i}`));
    }
    const all = [...live.all];
    guild.owner.deleteMessages(all);
    await standin.until(() => cards(live).length === 1 && [0, 1, 2].every((i) => text(live).includes(`number ${i}`)), 'the live room as it was', 20_000);
    const again = numbers(live);
    assert.equal(new Set(again).size, again.length, `each once: ${again}`);
    assert.equal(bot.record().events.filter(({ lost }) => lost).length, all.length);
});

scene('in a full server a thread serves, until there is room', {}, async ({ standin, guild, nova, quill }) => {
    guild.limits.channels = guild.channels.size;
    const answer = await nova.slash('/incident declare', { title: 'Logins fail' }, { channel: 'ops' });
    assert.match(answer.text, /INC-1/);
    const first = await standin.until(() => [...guild.threads.values()][0], 'a thread');
    await first.message(/has 500 channels.*goes on in this thread/s);
    assert.equal(first.parentId, guild.channel('ops').id);
    standin.faults.deleteChannel(first);
    const thread = await standin.until(() => [...guild.threads.values()][0], 'another thread');
    await thread.message(/somebody deleted the war room/);
    await quill.slash('/timeline add', { text: 'Disk is full' }, { channel: thread });
    await thread.message(/Disk is full/);
    guild.limits.channels += 2;
    guild.owner.deleteChannel('general');
    const war = await guild.channelNamed('inc-1-logins-fail');
    const live = await guild.channelNamed('inc-1-live');
    await war.message(/Disk is full/);
    await live.message(/Disk is full/);
    await thread.message(new RegExp(`goes on in <#${war.id}>`));
    await standin.until(() => war.pinned.length === 1 && cards(thread).length === 0, 'the card in its place', 15_000);
});

scene('a lost permission is named, and what it hindered is done when it is back', {}, async ({ standin, guild, bot, nova }) => {
    standin.faults.revoke('MANAGE_CHANNELS');
    await nova.slash('/incident declare', { title: 'Logins fail' }, { channel: 'ops' });
    const thread = await standin.until(() => [...guild.threads.values()][0], 'a thread');
    await thread.message(/opsroom lacks the permission Manage Channels/);
    standin.faults.grant('MANAGE_CHANNELS');
    const war = await guild.channelNamed('inc-1-logins-fail');
    await war.message(/SEV3 declared/);
    await guild.channelNamed('inc-1-live');

    standin.faults.revoke('SEND_MESSAGES', war);
    await nova.slash('/timeline add', { text: 'Nobody can read this yet' });
    await bot.logged(/could not be shown in the war room/);
    assert.match((await nova.slash('/incident status')).text, /Not done\*\* The entries could not be shown in the war room: opsroom lacks the permission Send Messages/);
    standin.faults.grant('SEND_MESSAGES', war);
    guild.tell('UPDATE', war);
    await war.message(/Nobody can read this yet/, 20_000);
});

const news = { guilds: [{ members: ['nova', 'quill', 'finch'], channels: ['general', { name: 'news', type: 'announcement' }] }] };

scene('where a channel of announcements serves, its thread does', news, async ({ standin, guild, nova }) => {
    standin.faults.revoke('MANAGE_CHANNELS');
    await nova.slash('/incident declare', { title: 'Logins fail' }, { channel: 'news' });
    const thread = await standin.until(() => [...guild.threads.values()][0], 'a thread');
    await thread.message(/opsroom lacks the permission Manage Channels.*The incident goes on in this thread/s);
    assert.deepEqual([thread.type, guild.channel('news').all.length], [10, 0]);
});

scene('where moderators need two-factor authentication, it says who has to switch it on', {}, async ({ standin, guild, nova }) => {
    guild.wantsSecondFactor = true;
    await nova.slash('/incident declare', { title: 'Logins fail' }, { channel: 'ops' });
    const thread = await standin.until(() => [...guild.threads.values()][0], 'a thread');
    await thread.message(/could not be made: the server asks its moderators for two-factor authentication, and whoever owns opsroom's application/);
});

scene('thrown out and invited again, it does what was left', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    await war.message(/SEV3 declared/);
    standin.faults.fail(/\/(channels|guilds)\//, 403, 50001, Infinity); // who is out has access to nothing
    await nova.slash('/timeline add', { text: 'Nobody can read this yet' }, { channel: war });
    await bot.logged(/could not be shown in the war room/);
    standin.faults.clear();
    for (const session of standin.gateway.sessions.values()) session.dispatch('GUILD_CREATE', guild.createJson());
    await war.message(/Nobody can read this yet/, 20_000);
});

scene('a room takes two names in ten minutes, and the newest wins', {}, async ({ standin, guild, nova }) => {
    const { war } = await declare(guild, nova);
    for (const title of ['One of them', 'Two of them']) {
        await nova.slash('/incident set', { title }, { channel: war });
        await standin.until(() => war.name === `inc-1-${title.toLowerCase().replaceAll(' ', '-')}`, `the name ${title}`);
    }
    await nova.slash('/incident set', { title: 'Three of them' }, { channel: war });
    await standin.until(() => cards(war).some((card) => card.text.includes('Three of them')), 'the card goes on', 20_000);
    assert.equal(war.name, 'inc-1-two-of-them', 'the third waits');
    assert.equal(standin.trace.filter(({ text: line }) => line.startsWith('429')).length, 0);
});

scene('killed in the middle of corrections, the rooms end as the record', { patience: 20_000 }, async ({ standin, guild, bot, nova }) => {
    const { war, live } = await declare(guild, nova);
    for (let i = 0; i < 4; i++) await nova.slash('/timeline add', { text: `Finding number ${i}` }, { channel: war });
    await live.message(/number 3/);
    const ids = numbers(live).slice(-4);
    for (let i = 0; i < 4; i++) {
        await nova.slash('/timeline edit', { id: `#${ids[i]}`, text: `Corrected number ${i}` }, { channel: war });
        await bot.kill();
        const from = bot.log.length;
        await bot.start();
        await bot.logged(/event=(resumed|ready)/, { from });
    }
    await standin.until(() => [war, live].every((room) => [0, 1, 2, 3].every((i) => text(room).includes(`Corrected number ${i}`))), 'all corrected', 30_000);
    for (const room of [war, live]) {
        assert.doesNotMatch(text(room), /Finding number/);
        const all = numbers(room);
        assert.equal(new Set(all).size, all.length, `each once in #${room.name}: ${all}`);
    }
    // A command whose answer may not have arrived is answered again.
    standin.violations = standin.violations.filter(({ rule }) => rule !== 'double-ack');
});

scene('200 entries in a moment, of three incidents: all there, in order, and no 429', { patience: 30_000 }, async ({ standin, guild, nova, quill, finch }) => {
    const people = [nova, quill, finch];
    const rooms = [];
    for (const person of people) {
        const answer = await person.slash('/incident declare', { title: `Trouble of ${person.name}` });
        const [, id] = /INC-(\d+)/.exec(answer.text);
        rooms.push({ person, war: await guild.channelNamed(new RegExp(`^inc-${id}-trouble`)), live: await guild.channelNamed(`inc-${id}-live`) });
    }
    const kept = new Map(rooms.map((room) => [room, []]));
    const add = async (room, i) => {
        const { text: words } = await room.person.slash('/timeline add', { text: `Entry ${i} of many that came at once` }, { channel: room.war });
        kept.get(room).push(Number(/Kept as #(\d+)/.exec(words)[1]));
    };
    for (let i = 0; i < 67; i++) await Promise.all(rooms.map((room) => add(room, i)));
    for (const room of rooms) {
        const due = kept.get(room);
        for (const channel of [room.war, room.live]) {
            await standin.until(() => due.every((seq) => numbers(channel).includes(seq)), `every entry in #${channel.name}`, 60_000);
            const shown = numbers(channel);
            assert.deepEqual(shown, [...new Set(shown)].sort((a, b) => a - b), `once and in order in #${channel.name}`);
            assert.ok(channel.all.length < due.length / 2, `several share a message: ${channel.all.length}`);
        }
    }
    const waits = standin.trace.filter(({ kind, text: line }) => kind === 'rest out' && line.startsWith('429'));
    assert.deepEqual(waits, [], 'no limit was run into');
});
