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
    assert.match((await nova.slash('/incident set', { impact: 'Nobody can log in' }, here)).text, /INC-1\*\*: impact/);
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
