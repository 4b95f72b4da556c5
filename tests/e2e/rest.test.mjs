// Discord's REST side in trouble: lost answers, limits, refusals, things that
// are gone. Whatever happens, people find one of everything, in order.

import assert from 'node:assert/strict';

import { declare, requests, scene, seen, told } from './stage.mjs';

const texts = ['First: the queue grows', 'Second: the disk is full', 'Third: the disk has room'];
const count = (list, fits) => list.filter(fits).length;
const lines = (channel) => channel.all.flatMap((message) => seen(message.text).split('\n'));

/** Each of the texts stands once in the channel, in order. */
function inOrder(channel, wanted = texts) {
    const all = lines(channel);
    const places = wanted.map((text) => {
        assert.equal(count(all, (line) => line.includes(text)), 1, `"${text}" once in #${channel.name}:\n${all.join('\n')}`);
        return all.findIndex((line) => line.includes(text));
    });
    assert.deepEqual(places, [...places].sort((a, b) => a - b), `in order in #${channel.name}`);
}

scene('an answer that Discord refuses is given in plain words, with what was kept', {}, async ({ standin, guild, nova }) => {
    const { war } = await declare(guild, nova);
    standin.faults.fail('create_interaction_response', 400, 50035, 1);
    assert.match((await nova.slash('/timeline add', { text: 'It is kept all the same' }, { channel: war })).text,
        /^\*\*It was done, and is kept:\*\* .*refuses to show the answer \(status 400, code 50035\)/);
    await war.message('It is kept all the same');
    standin.faults.fail('create_interaction_response', 400, 50035, 1);
    assert.match((await nova.slash('/timeline edit', { id: '#99', text: 'No such entry' }, { channel: war })).text, /^\*\*Nothing was kept\.\*\*/);
    // Once: what is refused, too, is nobody's.
    standin.faults.fail('create_interaction_response', 400, 50035, 2);
    await assert.rejects(nova.slash('/timeline add', { text: 'Refused twice' }, { channel: war }), /did not respond/);
    assert.equal(requests(standin, /callback/).length, 1 + 2 + 2 + 2);
});

const announced = {
    settings: (guild) => ({ discord: { announce_channel: guild.channel('announcements').id } }), patience: 20_000,
};

/** An incident with three entries is declared while `fault` is at work. */
const survives = (fault) => async ({ standin, guild, bot, nova }) => {
    fault(standin.faults);
    const { war, live, card } = await declare(guild, nova);
    for (const text of texts) {
        const answer = await nova.slash('/timeline add', { text }, { channel: war });
        assert.match(answer.text, /^Kept as #/);
    }
    const last = (channel) => lines(channel).some((line) => line.includes(texts[2]));
    await standin.until(() => last(war) && last(live) && card.pinned && guild.channel('announcements').all.length > 0, 'rooms that tell all', 30_000);
    inOrder(war);
    inOrder(live);
    assert.deepEqual(standin.faults.rules.filter(({ left }) => left > 0), [], 'every fault struck');
    assert.equal(count([...guild.channels.values()], ({ name }) => name.startsWith('inc-1')), 2, 'one war room, one live room');
    assert.equal(count(war.all, (message) => message.embeds.length > 0), 1, 'one card');
    assert.equal(war.pinned.length, 1);
    assert.equal(guild.channel('announcements').all.length, 1);
    assert.equal(count(told(bot).events, ({ text }) => texts.includes(text)), 3);
};

const callback = 'create_interaction_response', channel = 'create_guild_channel', message = 'create_message', pin = 'create_pin';
const troubles = {
    'the answer to a callback is lost': (faults) => faults.lose(callback, 2),
    'the answer to creating a room is lost': (faults) => faults.lose(channel, 2),
    'the answer to a message is lost': (faults) => faults.lose(message, 4),
    'the answer to a pin is lost': (faults) => faults.lose(pin, 1),
    'the connection dies before anything is done': (faults) => { for (const what of [callback, channel, message, pin]) faults.drop(what, 1); },
    'one is told to wait: user': (faults) => { for (const what of [channel, message, pin]) faults.rateLimit(what, 'user', 0.4, 2); },
    'one is told to wait: shared': (faults) => { for (const what of [channel, message]) faults.rateLimit(what, 'shared', 0.4, 2); },
    'all are told to wait: global': (faults) => faults.rateLimit(channel, 'global', 0.5, 1),
    'a callback is told to wait': (faults) => faults.rateLimit(callback, 'user', 0.1, 1),
    'the edge bans for a second': (faults) => faults.cloudflare(message, 1, 1),
    'status 500': (faults) => { for (const what of [callback, channel, message, pin]) faults.fail(what, 500, undefined, 1); },
    'status 502': (faults) => { for (const what of [callback, channel, message, pin]) faults.fail(what, 502, undefined, 1); },
    'every answer takes 50 ms': (faults) => faults.delayRest(50),
    'messages take long': (faults) => faults.delay(message, 1500, 2),
};

for (const [name, fault] of Object.entries(troubles)) scene(name, announced, survives(fault));

scene('a ban at the edge is told, for no command can tell it', {}, async ({ standin, guild, bot, nova }) => {
    standin.faults.cloudflare('create_message', 1, 1);
    await declare(guild, nova);
    await bot.logged(/level=error event=rest_halted ms=1000 /);
    assert.equal(bot.log.match(/event=rest_halted/g).length, 1);
});

scene('no room may be made: the channel of the declaration serves, and says why', {}, async ({ standin, guild, bot, nova }) => {
    const general = guild.channel('general');
    for (const permission of ['MANAGE_CHANNELS', 'CREATE_PUBLIC_THREADS']) standin.faults.revoke(permission);
    await nova.slash('/incident declare', { title: 'Logins fail' });
    const card = await general.message((post) => post.embeds.length > 0);
    await general.message(/war room could not be made: opsroom lacks the permission Manage Channels/);
    for (const text of texts) assert.match((await nova.slash('/timeline add', { text }, { channel: general })).text, /^Kept as #/);
    await standin.until(() => lines(general).some((line) => line.includes(texts[2])) && card.pinned, 'the entries');
    inOrder(general);
    assert.equal(count(general.all, (post) => /could not be made/.test(post.text)) >= 1, true);
    assert.match((await nova.slash('/incident status', {}, { channel: general })).text, new RegExp(`<#${general.id}>`));
    assert.match((await nova.press(card, 'Mitigated')).text, /is mitigated/);
    assert.equal(bot.record().state, 'mitigated');
    assert.ok(requests(standin, /POST .*\/channels$/).length <= 4, 'asked for, not begged for');
});

scene('the card is deleted, then the live room, then the war room', {}, async ({ standin, guild, bot, nova, quill }) => {
    const { war, live, card } = await declare(guild, nova);
    const another = (room) => standin.until(() => [...guild.channels.values()].find((one) => one.name === room.name && one !== room), `another #${room.name}`);
    await standin.until(() => card.pinned, 'the pin');
    await nova.slash('/timeline add', { text: texts[0] }, { channel: war });
    standin.faults.deleteMessage(card);
    const second = await war.message((post) => post.embeds.length > 0 && post !== card);
    await standin.until(() => second.pinned, 'a new card, pinned');

    standin.faults.deleteChannel(live);
    const live2 = await another(live);
    await live2.message(texts[0]);
    await nova.slash('/timeline add', { text: texts[1] }, { channel: war });
    await live2.message(texts[1]);
    await war.message(/made again.*the live room/);

    standin.faults.deleteChannel(war);
    const war2 = await another(war);
    await nova.slash('/timeline add', { text: texts[2] }, { channel: war2 });
    await standin.until(() => [war2, live2].every((room) => lines(room).some((line) => line.includes(texts[2]))), 'both go on');
    inOrder(war2);
    inOrder(live2);
    await standin.until(() => war2.pinned.length === 1, 'the card, pinned');
    assert.equal(count(live2.all, (message) => message.embeds.length > 0), 1, 'one card');
    const lost = bot.record().events.filter((event) => event.lost).map(({ effect }) => effect);
    assert.deepEqual(lost, ['card', 'live_room', 'war_room']);
});

scene('entries do not wait for the card, which is edited at a slower pace', {}, async ({ standin, guild, nova }) => {
    const { war, card } = await declare(guild, nova);
    await standin.until(() => card.pinned, 'the pin');
    for (const text of texts) {
        await nova.slash('/timeline add', { text }, { channel: war });
        await war.message(text);
    }
    assert.ok(card.edits <= 1, `${card.edits} edits of the card`);
});

scene('a file that cannot be fetched: the entry stands, and says so', {}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const file = { name: 'queue.log', type: 'text/plain', bytes: Buffer.from('8014 waiting\n') };
    await nova.slash('/timeline add', { text: 'With its log', file }, { channel: war });
    await war.message(/evidence.*queue\.log/s);
    standin.faults.expireAttachments();
    await nova.slash('/timeline add', { text: 'With a lost log', file: { ...file, name: 'lost.log' } }, { channel: war });
    await war.message(/could not be kept: it is gone or too large/);
    const kept = bot.record().events.filter(({ file_sha256: hash }) => hash);
    assert.deepEqual(kept.map(({ file_name: name, file_bytes: bytes }) => [name, bytes]), [['queue.log', 13]]);
});

scene('a large file over a slow line is fetched', { patience: 40_000 }, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    standin.faults.slowAttachments(256 * 1024); // 2 Mbit/s
    const file = { name: 'queue.log', type: 'text/plain', bytes: Buffer.alloc(4_500_000, '8014 waiting\n') };
    await nova.slash('/timeline add', { text: 'With its log', file }, { channel: war });
    await standin.until(() => lines(war).some((line) => /queue\.log/.test(line) && /evidence/.test(line)), 'the file', 40_000);
    assert.ok(bot.record().events.some(({ file_sha256: hash, file_bytes: bytes }) => hash && bytes === file.bytes.length));
});

scene('many people at once: every answer in time, every entry once', {}, async ({ standin, guild, bot, nova, quill, finch }) => {
    const { war } = await declare(guild, nova);
    standin.faults.delayRest(50);
    const wanted = Array.from({ length: 120 }, (_, index) => `Entry number ${index}.`);
    const answers = await Promise.all(wanted.map((text, index) => [nova, quill, finch][index % 3].slash('/timeline add', { text }, { channel: war })));
    assert.equal(count(answers, (answer) => /^Kept as #/.test(answer.text)), wanted.length);
    assert.deepEqual(told(bot).events.filter(({ kind }) => kind === 'note').map(({ text }) => text), wanted);
    await standin.until(() => lines(war).some((line) => line.includes(wanted.at(-1))), 'the last entry', 30_000);
    inOrder(war, wanted);
});
