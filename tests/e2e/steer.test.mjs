// Steering an incident and reading how it stands, by commands and buttons.

import assert from 'node:assert/strict';

import { declare, refused, scene, told } from './stage.mjs';

scene('status tells a reader what there is, and nothing that stays in the war room', {}, async ({ guild, nova, finch }) => {
    const { war, live } = await declare(guild, nova, { title: 'Logins fail', severity: 'SEV2', impact: 'Nobody can log in' });
    const here = { channel: war };
    await nova.slash('/timeline add', { text: 'Restarted the login pods' }, here);
    await nova.slash('/timeline add', { text: 'Only for us here', visibility: 'room' }, here);
    await nova.slash('/incident update', { message: 'We found it', state: 'identified', next_in: 20 }, here);
    await nova.slash('/timeline change', { what: 'timeout', where: 'web-03', from: '30s', to: '120s', temporary: true }, here);
    const { text, ephemeral } = await finch.slash('/incident status');
    assert.ok(ephemeral);
    for (const part of ['SEV2', '**identified**', 'Nobody can log in', 'nobody yet', 'We found it', 'the next one by', '1 change to settle', 'login pods', `<#${war.id}>`, `<#${live.id}>`]) assert.ok(text.includes(part), `${part} in ${text}`);
    assert.ok(!text.includes('Only for us here'));
});

scene('list has pages that turn in place, and keeps secrets', {}, async ({ nova, finch }) => {
    for (let n = 1; n <= 9; n++) await nova.slash('/incident declare', { title: `web-0${n} is down, number ${n}`, drill: n === 3, private: n === 4 });
    const page = await nova.slash('/incident list');
    assert.match(page.text, /^\*\*Open\*\*\n- \*\*INC-9\*\*/);
    assert.match(page.text, /INC-3\*\*.*· drill/);
    assert.ok(!page.text.includes('INC-1**'));
    const older = await nova.press(page.message, 'Older');
    assert.match(older.text, /INC-1\*\*/);
    assert.ok(!(await finch.slash('/incident list')).text.includes('number 4'));
});

scene('set, link, cancel as a duplicate, reopen, snooze', {}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const here = { channel: war };
    await nova.slash('/incident declare', { title: 'Search index is empty' });
    assert.match((await nova.slash('/incident set', { severity: 'SEV1', title: 'Nobody can log in' }, here)).text, /SEV3 → SEV1; title: Nobody/);
    assert.match((await nova.slash('/incident set', { milestone: 'impact start', time: 'not recorded' }, here)).text, /so already/);
    const offered = await nova.complete('/incident link', {}, 'other', 'search', here);
    assert.deepEqual(offered.map(({ value }) => value), ['INC-2']);
    await nova.slash('/incident link', { other: 'INC-2', text: 'same night' }, here);
    await refused(bot, /has this link already/, () => nova.slash('/incident link', { other: 'INC-2' }, here));
    assert.equal(told(bot, 2).events.at(-1).kind, 'link');
    assert.match((await nova.slash('/incident cancel', { reason: 'The same thing', duplicate_of: 'INC-2' }, here)).text, /duplicate of \*\*INC-2/);
    assert.match((await nova.slash('/incident reopen', { reason: 'It is not' }, here)).text, /open again/);
    assert.match((await nova.slash('/incident snooze', { reminder: 'no commander', minutes: 30 }, here)).text, /No reminder "no commander"/);
    assert.equal(told(bot).events.at(-1).kind, 'snooze');
});

scene('private and public again: what others see of it', {}, async ({ standin, guild, nova, finch }) => {
    const { war, live } = await declare(guild, nova);
    const here = { channel: war };
    assert.match((await nova.slash('/incident set', { private: true }, here)).text, /private from now on/);
    await standin.until(() => finch.reads(war).length === 0 && finch.reads(live).length === 0, 'finch to be shut out');
    assert.match((await finch.slash('/incident list')).text, /no incident yet/);
    assert.match((await nova.slash('/incident list')).text, /INC-1\*\*.*· private/);
    assert.match((await nova.slash('/incident set', { private: false }, here)).text, /public from now on/);
    assert.match((await finch.slash('/incident list')).text, /INC-1\*\*/);
    await standin.until(() => finch.reads(war).length > 0, 'finch to be let in again');
});

scene('the same is declared twice: asked once, and nothing typed is lost', {}, async ({ standin, guild, bot, nova, quill }) => {
    await nova.slash('/incident declare', { title: 'Images do not load on media.example.org' });
    const war = await guild.channelNamed(/^inc-1-(?!live)/);
    await war.message('Images do not load'); // the bot knows its room
    const typed = { title: 'media.example.org: images not loading', severity: 'SEV2', impact: 'No picture anywhere' };
    const asked = await quill.slash('/incident declare', typed);
    assert.match(asked.text, /INC-1\*\* has been open for .* in <#\d+>: Images.*Is it the same\?/s);
    assert.match((await quill.press(asked, 'It is the same: add my report')).text, /^Kept as #\d+ of \*\*INC-1/);
    await war.message(/images not loading/);
    assert.equal(told(bot).events.at(-1).kind, 'report');
    assert.match((await quill.press(asked, 'Declare anyway')).text, /no longer there/);

    const again = await quill.slash('/incident declare', typed);
    assert.match((await quill.press(again, 'Declare anyway')).text, /INC-2\*\* is declared, SEV2: media/);
    assert.equal(bot.record(2).impact, 'No picture anywhere');

    const said = await nova.say(war, 'media.example.org images not loading for me either');
    const form = await nova.messageMenu(said, 'Declare incident');
    const once = await nova.submit(form, Object.fromEntries(form.modal.fields.filter(({ value }) => value).map(({ customId, value }) => [customId, value])));
    assert.match(once.text, /Is it the same/);
    assert.match((await nova.press(once, 'It is the same: add my report')).text, /^Kept as/);
    await standin.until(() => [1, 2].some((id) => told(bot, id).events.some(({ link }) => link?.includes(said.id))), 'the message itself to be the report');
});
