// Menus, autocomplete, and the form that a menu opens, as a person uses them.

import assert from 'node:assert/strict';

import { declare, refused, scene, told } from './stage.mjs';

const entries = (bot) => told(bot).events.filter(({ source }) => source === 'menu');

scene('a message becomes an entry in two clicks, with all that is in it', {}, async ({ guild, standin, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const said = quill.say(war, 'The queue stopped, see the log', [{ name: 'queue.log', bytes: Buffer.from('stopped\n'), type: 'text/plain' }]);
    const answer = await nova.messageMenu(said, 'Add to timeline');
    assert.ok(answer.ephemeral);
    assert.match(answer.text, /^Kept as #\d+ of \*\*INC-1\*\*/);
    const [entry] = entries(bot);
    assert.equal(entry.kind, 'evidence');
    assert.equal(entry.text, 'The queue stopped, see the log');
    assert.equal(entry.actor_name, 'quill');
    assert.equal(entry.recorder_name, 'nova');
    assert.match(entry.link, new RegExp(`^https://discord.com/channels/\\d+/${war.id}/${said.id}$`));
    await standin.until(() => bot.record(1).events.some(({ file_name: name, file_sha256: hash }) => name === 'queue.log' && hash), 'the file to be kept');
    await refused(bot, /already/, () => nova.messageMenu(said, 'Add to timeline'));
});

scene('other menus say what it is', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    await nova.messageMenu(quill.say(war, 'Buy a bigger disk'), 'Park as idea');
    await nova.messageMenu(quill.say(war, 'disk 100 %'), 'Attach as evidence');
    assert.deepEqual(entries(bot).map(({ kind }) => kind), ['idea', 'evidence']);
    const answer = await nova.userMenu(quill, 'Assign as commander', { channel: war });
    assert.match(answer.text, /^quill is commander of \*\*INC-1\*\*/);
});

// As Uptime Kuma posts it by a webhook: what failed stands in the fields.
scene('the alert of a monitor is kept with all that it says', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const fields = [{ name: 'Service Name', value: 'forum' }, { name: 'Went Offline', value: '<t:1670957580:F>' }, { name: 'Error', value: 'Request failed with status code 502' }];
    const alert = (message) => Object.assign(message, {
        author: { id: '1200000000000000001', username: 'Uptime Kuma', bot: true }, webhook_id: '1200000000000000001',
        embeds: [{ type: 'rich', title: 'Your service forum went down.', fields }],
    });
    const mutate = (json) => { Object.values(json.data.resolved.messages).forEach(alert); return json; };
    await nova.messageMenu(quill.say(war, '@here'), 'Add to timeline', { mutate });
    assert.equal(entries(bot)[0].text, '@here\nYour service forum went down.\nService Name: forum\nWent Offline: 2022-12-13 18:53 UTC\nError: Request failed with status code 502');
    const form = await nova.messageMenu(quill.say(war, '@here'), 'Declare incident', { mutate });
    assert.equal(form.modal.fields[0].value, '@here Your service forum went down.');
});

scene('of two open incidents, a button says which one the message is about', {}, async ({ guild, standin, bot, nova, quill }) => {
    await declare(guild, nova);
    await nova.slash('/incident declare', { title: 'Search is slow' });
    const said = quill.say('general', 'The queue stopped', [{ name: 'queue.log', bytes: Buffer.from('stopped\n'), type: 'text/plain' }]);
    const asked = await nova.messageMenu(said, 'Add to timeline');
    assert.match(asked.text, /^2 incidents are open\. Which one is it\?/);
    assert.match((await nova.press(asked, 'INC-1')).text, /^Kept as #\d+ of \*\*INC-1\*\*/);
    await standin.until(() => bot.record(1).events.some(({ file_name: name, file_sha256: hash }) => name === 'queue.log' && hash), 'the file to be kept');
    const entry = bot.record(1).events.find(({ text }) => text === 'The queue stopped');
    assert.equal(entry.actor_name, 'quill');
    assert.match((await nova.press(asked, 'INC-2')).text, /used already/);
});

scene('an incident declared from a message begins with its report', {}, async ({ guild, bot, nova, quill }) => {
    const said = quill.say('general', 'Nothing loads for me');
    const form = await nova.messageMenu(said, 'Declare incident');
    assert.equal(form.kind, 'modal');
    assert.equal(form.modal.fields[0].value, 'Nothing loads for me');
    const answer = await nova.submit(form, { title: 'Site down', severity: 'SEV2' });
    assert.match(answer.text, /^\*\*INC-1\*\* is declared, SEV2: Site down/);
    const report = told(bot).events.find(({ kind }) => kind === 'report');
    assert.equal(report.text, 'Nothing loads for me');
    assert.equal(report.actor_name, 'quill');
});

scene('autocomplete, and naming a past incident from anywhere', {}, async ({ guild, nova }) => {
    const { war } = await declare(guild, nova);
    await nova.slash('/resolve', { summary: 'Disk freed' }, { channel: war });
    const names = async (...typed) => (await nova.complete('/timeline add', {}, ...typed)).map(({ name }) => name);
    assert.match((await names('incident', 'log')).join(), /^INC-1 Logins fail \((resolved|review)\)$/);
    assert.match((await names('time', '5m a')).join(), /5m ago \(.* UTC\)/);
    const answer = await nova.slash('/timeline add', { text: 'Thanked everybody', incident: 'INC-1' });
    assert.match(answer.text, /of \*\*INC-1\*\*/);
});

scene('whoever may not is told so, and it is logged', { settings: (guild) => ({ access: { command: [guild.member('nova').id] } }) }, async ({ guild, bot, nova, quill }) => {
    const { war, card } = await declare(guild, nova);
    const acts = [
        () => quill.userMenu(quill, 'Assign as commander', { channel: war }),
        () => quill.press(card, 'Mitigated'),
        () => quill.slash('/ic assign', { user: quill }, { channel: war }),
    ];
    for (const act of acts) {
        const from = bot.log.length;
        await refused(bot, /You may not assign roles and move incidents here/, act);
        await bot.logged(/event=denied .*\n/, { from });
    }
    const denied = bot.log.split('\n').filter((line) => line.includes('event=denied'));
    assert.equal(denied.length, acts.length);
    for (const line of denied) assert.match(line, new RegExp(`user=${quill.id} command="(ic assign|incident update)" right="assign roles and move incidents"`));
});
