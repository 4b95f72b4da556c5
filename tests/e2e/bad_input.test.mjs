// Whatever comes in wrong: a private answer that helps, and the record as it was.

import assert from 'node:assert/strict';
import test from 'node:test';

import { directMessage } from '../discord/standin.mjs';
import { IDENTIFY, buttons, declare, refused, seen, sent, stage, told } from './stage.mjs';

const twoGuilds = [
    { name: 'Opsroom', roles: ['responder'], members: [{ name: 'nova', roles: ['responder'] }, 'quill', 'finch'], channels: ['general'] },
    { name: 'Elsewhere', members: ['vex'], channels: ['general'] },
];

test('an incident that is not there, or over', () => stage({ guilds: twoGuilds }, async ({ standin, guild, bot, nova }) => {
    for (const [command, values] of [['incident status', {}], ['timeline add', { text: 'Too early' }], ['resolve', {}],
        ['incident update', { message: 'x' }], ['ic assign', { user: nova }]]) {
        const answer = await nova.slash(`/${command}`, values);
        assert.match(answer.text, /No incident is open here.*\/incident declare/);
        assert.ok(answer.ephemeral);
    }
    assert.equal(bot.run('timeline', '--incident', '1', '--json').code, 1);

    const { war, card } = await declare(guild, nova);
    const elsewhere = standin.guild('Elsewhere');
    const vex = elsewhere.member('vex');
    const there = (json) => ({ ...json, guild_id: elsewhere.id });
    await refused(bot, /No incident is open here/, () => vex.slash('/incident status'));
    await refused(bot, /belongs to no incident of this server/, () => vex.press(card, buttons(card).Resolve, { raw: true, mutate: there }));
    await refused(bot, /belongs to no incident of this server/, () => nova.press(card, '1|resolve|77|', { raw: true }));

    await nova.slash('/incident update', { message: 'False alarm', state: 'cancelled' }, { channel: war });
    const inRoom = { channel: war };
    await refused(bot, /is cancelled and its record is final.*reopen it first/, () => nova.slash('/timeline add', { text: 'One more thing' }, inRoom));
    await refused(bot, /cannot become resolved.*may become: investigating/, () => nova.slash('/resolve', { summary: 'Over' }, inRoom));
    await refused(bot, /there are no roles to take/, () => nova.slash('/ic assign', { user: nova }, inRoom));
    await refused(bot, /say why: give a message/, () => nova.press(card, '1|incident update|1|state=investigating', { raw: true }));
}));

test('an illegal move names the legal ones', () => stage({}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const move = (state) => nova.slash('/incident update', { message: 'So it is', state }, { channel: war, raw: true });
    await move('mitigated');
    await refused(bot, /INC-1 is mitigated and cannot become cancelled. From here it may become: investigating, identified or resolved/, () => move('cancelled'));
    await refused(bot, /INC-1 is mitigated and cannot become closed. From here/, () => move('closed'));
    await refused(bot, /`state` cannot be review. Choose one of: investigating, identified, mitigated, resolved, closed, cancelled/, () => move('review'));
    await refused(bot, /Choose one of/, () => move('on fire'));
    await nova.slash('/resolve', { summary: 'Restarted it' }, { channel: war });
    await refused(bot, /INC-1 is already (resolved|in review), since/, () => nova.slash('/resolve', { summary: 'Restarted it again' }, { channel: war }));
}));

test('a time that cannot be read, with examples', () => stage({}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const at = (time) => nova.slash('/timeline add', { text: 'The queue is growing, and quickly', time }, { channel: war });
    for (const time of ['soonish', '25:99', '6:53 pm', '2022-13-45', 'between 18:00', '18:53 CST', '99999999999999999999m ago']) {
        const answer = await refused(bot, /`time`: .*Nothing was kept/s, () => at(time));
        assert.match(answer.text, /18:53|22:XX|2022-12-17|between 18:00 and 18:30/, `"${time}" is answered with an example`);
        assert.match(answer.text, /The queue is growing, and quickly/, 'what was typed is handed back');
    }
    await refused(bot, /is in the future/, () => at('2099-01-01 10:00'));
    await refused(bot, /`at`/, () => nova.slash('/resolve', { summary: 'Over', at: 'whenever' }, { channel: war }));
    await refused(bot, /`started`/, () => nova.slash('/incident declare', { title: 'Another', started: 'lately' }));
}));

test('too long, missing, unknown, or of the wrong kind', () => stage({}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const add = (values, mutate) => nova.begin('/timeline add', values, { channel: war, raw: true, mutate }).final;
    const option = (change) => (json) => { change(json.data.options[0].options); return json; };
    await refused(bot, /`text` is 5000 characters long; the limit is \d+. Nothing was kept/, () => add({ text: 'ä'.repeat(5000) }));
    await refused(bot, /`text` is missing/, () => add({ time: '18:53' }));
    await refused(bot, /`text` is missing/, () => add({ text: ' \n ' }));
    await refused(bot, /`kind` cannot be gossip. Choose one of: /, () => add({ text: 'Heard it', kind: 'gossip' }));
    await refused(bot, /is not a link/, () => add({ text: 'Look', link: 'javascript:alert(1)' }));
    await refused(bot, /Only a finding has a confidence/, () => add({ text: 'Look', kind: 'action', confidence: 'confirmed' }));
    await refused(bot, /does not know/, () => add({ text: 'Look' }, option((options) => options.push({ name: 'colour', type: 3, value: 'red' }))));
    await refused(bot, /does not know/, () => add({ text: 'Look' }, option((options) => { options[0] = { name: 'text', type: 4, value: 7 }; })));
    await refused(bot, /at most \d+ are kept/, () => add({ text: 'Log', file: { name: 'a.log', bytes: Buffer.from('x') } },
        (json) => { Object.values(json.data.resolved.attachments)[0].size = 99_999_999; return json; }));
    await refused(bot, /`title` is 300 characters long/, () => nova.slash('/incident declare', { title: 'x'.repeat(300) }, { raw: true }));
    await refused(bot, /from 1 to 10080/, () => nova.slash('/incident update', { message: 'x', next_in: 99999 }, { raw: true, channel: war }));
}));

test('invalid UTF-8 and control characters', () => stage({}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const add = (values) => nova.slash('/timeline add', values, { channel: war });
    // The NUL ends strings in many a program; it is refused as its neighbour.
    for (const [bad, name] of [['\u0000', 'U\\+0001'], ['\u0007', 'U\\+0007'], ['\u001b[31m', 'U\\+001B'], ['\u202e', 'U\\+202E'], ['\u0085', 'U\\+0085']]) {
        await refused(bot, new RegExp(`\`text\` cannot be kept: .*${name}.*at character 6. Nothing was kept`), () => add({ text: `disk ${bad}full` }));
    }
    // People who write Arabic or Hebrew need these, and they turn nothing else.
    const both = 'שלום \u200fabc\u200e \u061cسلام';
    assert.match((await add({ text: both })).text, new RegExp(`Kept as #\\d+ .*${both}`));
    await refused(bot, /`by` cannot be kept/, () => add({ text: 'x', by: 'no\u0007va' }));
    await refused(bot, /the file's name/, () => add({ text: 'x', file: { name: 'a\u202elog.exe', bytes: Buffer.from('x') } }));
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
        standin.faults.garble('MARK', Buffer.from(bytes));
        await refused(bot, /`text` cannot be kept: it is not valid UTF-8, at character 6/, () => add({ text: 'disk MARK full' }));
    }
    assert.equal(sent(standin, IDENTIFY).length, 1, 'on the same session');
    const kept = 'Line one\n\tline two, \u{1F525} and e\u0301, \u4e2d\u6587';
    await add({ text: kept });
    assert.ok(told(bot).events.some(({ text }) => text === kept), 'lines, tabs and all scripts are kept as they are');
}));

const tricks = '@everyone @here <@1100000000012582912> <@&1100000000004194304> [free](https://evil.example) ``` **x** ||y|| <#1> # head';

test('mentions and markdown ping nobody and are kept literally', () => stage({
    // A bot that could ping everybody, in a server where every role may be pinged.
    botPermissions: 'ADMINISTRATOR',
    guilds: [{
        roles: [{ name: 'responder', mentionable: true }], channels: ['general', 'announcements'],
        members: [{ name: 'nova', nick: '@everyone [n](https://x.y)' }, 'quill', { name: 'finch', nick: '<@&1100000000004194304>' }],
    }],
    settings: (guild) => ({ discord: { announce_channel: guild.channel('announcements').id } }),
}, async ({ guild, bot, nova, quill, finch }) => {
    const title = 'Logins fail @everyone [x](https://evil.example) ```';
    const answers = [await nova.slash('/incident declare', { title, impact: tricks, severity: 'SEV1' })];
    const war = await guild.channelNamed(/^inc-1-(?!live)/);
    const live = await guild.channelNamed('inc-1-live');
    const say = async (person, command, values) => answers.push(await person.slash(command, values, { channel: war }));
    await say(nova, '/timeline add', { text: tricks, by: '@everyone', link: 'https://a.example/@everyone' });
    await say(finch, '/timeline add', { text: `two\n# lines\n> ${tricks}`, file: { name: '@everyone ```x`.log', bytes: Buffer.from('@everyone') } });
    await say(nova, '/timeline change', { what: tricks, where: '@here', from: '<@&1100000000004194304>', to: '```', undo: '@everyone' });
    await say(quill, '/incident update', { message: tricks, impact: tricks, state: 'identified' });
    await say(quill, '/ic assign', { user: finch, role: 'scribe' });
    await say(quill, '/incident status', {});
    await say(quill, '/timeline add', { text: tricks, time: '@everyone' });
    await say(quill, '/resolve', { summary: tricks });

    await live.message((message) => seen(message.text).includes('investigating → identified') || /resolved/.test(message.text));
    await war.message((message) => /evidence/.test(message.text));
    const posted = [...guild.channels.values()].flatMap((channel) => channel.all);
    for (const message of [...posted, ...answers.map((answer) => answer.message)]) {
        const { everyone, roles, users } = message.pinged;
        const called = /scribe/.test(message.text) && !message.ephemeral ? [finch.id] : [];
        assert.deepEqual({ everyone, roles }, { everyone: false, roles: [] }, message.text);
        assert.ok(users.every((id) => called.includes(id)), `pings ${users}: ${message.text}`);
        const outside = message.text.replace(/^```\n[\s\S]*?\n```$/gm, '');
        assert.doesNotMatch(outside, /(?<!\\)\[[^\]\\]*\]\(/, 'no link with a false face');
        assert.doesNotMatch(outside, /^#{1,3} |(?<!\\)```/m, 'no heading, no fence');
    }
    assert.ok(posted.some((message) => seen(message.text).includes(tricks)), 'and people read what was typed');

    const { title: kept, impact, events } = bot.record();
    assert.equal(kept, title);
    assert.equal(impact, tricks);
    assert.equal(events.filter(({ text, change_what: what }) => text === tricks || what === tricks).length, 4);
    assert.ok(events.some(({ file_name: name }) => name === '@everyone ```x`.log'));
}));

test('buttons: stale, forged, foreign', () => stage({}, async ({ guild, bot, nova, quill }) => {
    const { war, card } = await declare(guild, nova);
    const old = buttons(card);
    const press = (id, person = quill) => person.press(card, id, { raw: true });
    for (const id of ['', 'resolve', '1|', '1|resolve', '2|resolve|1|', '1|drop table|1|', '1|resolve|-1|', '1|resolve|18446744073709551617|', 'x'.repeat(100), '1|resolve|1|\u0007=1']) {
        await refused(bot, /Nothing was kept/, () => press(id || '|'));
    }
    await refused(bot, /does not know/, () => press('1|ic assign|1|boss=me'));
    await refused(bot, /`state` cannot be review/, () => press('1|incident update|1|state=review'));
    await refused(bot, /member of this server/, () => press(`1|ic assign|1|user=${nova.id}`));
    await refused(bot, /Say who/, () => press('1|ic assign|1|'));

    await nova.slash('/resolve', { summary: 'It came back by itself' }, { channel: war });
    await refused(bot, /INC-1 is already (resolved|in review)/, () => press(old.Resolve));
    await refused(bot, /cannot become mitigated. From here it may become: investigating/, () => press(old.Mitigated));
}));

test('a person without authority', () => stage({
    settings: (guild) => {
        const responder = guild.role('responder').id;
        const finch = guild.member('finch').id;
        return { access: { declare: [responder], respond: [responder, finch], command: [responder], resolve: [guild.member('nova').id] } };
    },
}, async ({ guild, bot, nova, quill, finch }) => {
    const { war, card } = await declare(guild, nova);
    const here = { channel: war };
    await refused(bot, /may not declare incidents here/, () => finch.slash('/incident declare', { title: 'Mine' }));
    await refused(bot, /may not write to the record/, () => quill.slash('/timeline add', { text: 'Let me in, please' }, here));
    await refused(bot, /may not write to the record/, () => quill.slash('/incident link', { url: '#217' }, here));
    await refused(bot, /may not assign roles/, () => finch.slash('/ic assign', { user: finch }, here));
    await refused(bot, /may not assign roles and move/, () => finch.slash('/incident update', { message: 'Moving', state: 'mitigated' }, here));
    await refused(bot, /may not resolve/, () => finch.slash('/incident update', { message: 'Done', state: 'resolved' }, here));
    await refused(bot, /may not assign roles/, () => finch.press(card, "I'll take command"));
    await refused(bot, /may not assign roles and move/, () => finch.press(card, 'Mitigated'));
    await refused(bot, /may not resolve/, () => finch.press(card, 'Resolve'));
    assert.match((await finch.slash('/timeline add', { text: 'I may do this' }, here)).text, /Kept as/);

    // Discord's own "administrator" is no authority in the incident.
    const boss = guild.member('owner');
    await refused(bot, /may not resolve/, () => boss.slash('/resolve', { summary: 'I own this server' }, here));
    assert.equal((await nova.press(card, 'Resolve')).kind, 'modal');
}));

test('an unknown server and a direct message', () => stage({
    guilds: twoGuilds, settings: (guild) => ({ discord: { guilds: [guild.id] } }),
}, async ({ standin, guild, bot, nova }) => {
    const elsewhere = standin.guild('Elsewhere');
    const { card } = await declare(guild, nova);
    const vex = elsewhere.member('vex');
    await refused(bot, /does not serve this server/, () => vex.slash('/incident declare', { title: 'Here too' }));
    await refused(bot, /does not serve this server/, () => vex.press(card, buttons(card).Resolve, { raw: true, mutate: (json) => ({ ...json, guild_id: elsewhere.id }) }));
    await refused(bot, /not in direct messages/, () => nova.slash('/incident declare', { title: 'Psst' }, { mutate: directMessage }));
    await refused(bot, /not in direct messages/, () => nova.press(card, buttons(card).Resolve, { raw: true, mutate: directMessage }));
    assert.equal(elsewhere.channels.size, 1, 'no room was made there');
    assert.equal(bot.run('timeline', '--incident', '2').code, 1);
}));
