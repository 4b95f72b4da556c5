// Everything that a bot may put before a person: each kind of option, offer,
// menu, select, form field and layout. And what happens when it says nothing.

import assert from 'node:assert/strict';
import test from 'node:test';

import { withBrowser } from './browser.mjs';
import { ScriptedBot, privately } from './scripted_bot.mjs';

const CONTEXT = { contexts: [0], integration_types: [0] };
const COMMANDS = [
    {
        name: 'try', type: 1, description: 'Each kind of option', ...CONTEXT, options: [
            { type: 3, name: 'host', description: 'Offered while one types', required: true, autocomplete: true },
            { type: 3, name: 'kind', description: 'One of a few', choices: [{ name: 'A finding', value: 'finding' }, { name: 'A note', value: 'note' }] },
            { type: 4, name: 'minutes', description: 'A whole number', min_value: 1, max_value: 60 },
            { type: 5, name: 'private', description: 'Yes or no' },
            { type: 6, name: 'who', description: 'A person' },
            { type: 7, name: 'room', description: 'A room' },
            { type: 8, name: 'role', description: 'A role' },
            { type: 11, name: 'file', description: 'A file' },
        ],
    },
    { name: 'form', type: 1, description: 'Every kind of field', ...CONTEXT },
    { name: 'silence', type: 1, description: 'Says nothing', ...CONTEXT },
    { name: 'Keep this', type: 3, ...CONTEXT },
    { name: 'Assign', type: 2, ...CONTEXT },
];

const label = (text, component, description) => ({ type: 18, label: text, ...(description ? { description } : {}), component });
const options = (...names) => names.map((name) => ({ label: name, value: name.toLowerCase() }));
const FORMS = {
    first: {
        custom_id: 'first', title: 'Every kind of field', components: [
            { type: 10, content: 'Only **one** of these is long.' },
            label('Summary', { type: 4, custom_id: 'summary', style: 2, required: true, max_length: 100 }, 'What it was'),
            label('Severity', { type: 3, custom_id: 'severity', options: options('High', 'Low'), placeholder: 'How bad' }),
            label('Who helps', { type: 5, custom_id: 'who', required: false, min_values: 0 }),
            label('Hosts', { type: 3, custom_id: 'hosts', options: options('Web', 'Db', 'Cache'), max_values: 2 }),
        ],
    },
    second: {
        custom_id: 'second', title: 'The rest', components: [
            label('Keep it', { type: 21, custom_id: 'keep', options: options('Keep', 'Revert') }),
            label('Facts', { type: 22, custom_id: 'facts', options: options('Start', 'End'), required: false, min_values: 0 }),
            label('Sure', { type: 23, custom_id: 'sure', default: true }),
            label('Log', { type: 19, custom_id: 'log', required: false, min_values: 0 }),
        ],
    },
};

function answer({ type, data }) {
    if (type === 4) {
        const { value } = data.options.find(({ focused }) => focused);
        return { type: 8, data: { choices: ['web-1', 'web-2', 'db-1'].filter((name) => name.includes(value)).map((name) => ({ name: `${name}.example.org`, value: name })) } };
    }
    if (data.name === 'silence') return null;
    if (data.name === 'form') return { type: 9, data: FORMS.first };
    if (data.custom_id === 'more') return { type: 9, data: FORMS.second };
    if (data.custom_id === 'first') {
        return privately('Kept. There is more to say.', { components: [{ type: 1, components: [{ type: 2, style: 1, label: 'The rest', custom_id: 'more' }] }] });
    }
    return privately(`Heard: ${data.name ?? data.custom_id}`);
}

const withWidgets = (play) => {
    let bot = null;
    const make = (standin) => { bot = new ScriptedBot(standin, { commands: COMMANDS, answer }); return bot; };
    return withBrowser({ bot: make }, ({ room, visit }) => play({ room, visit, bot, general: room.guild.channel('general') }));
};

test('a command with each kind of option, offers among them', () => withWidgets(async ({ visit, bot, room }) => {
    const me = await visit({ name: 'widgets' });
    await me.press('/');
    await me.type('try ');
    await me.sees('form.command', '/try');
    await me.type('web');
    await me.sees('[role=option]', 'web-2.example.org');
    await me.gone('[role=option]', 'db-1');
    assert.equal(await me.page.locator('[role=option]').count(), 2, 'only what fits is offered');
    await me.press('ArrowDown');
    await me.press('ArrowDown');
    await me.looksRight('offers');
    await me.press('Enter');
    assert.equal(await me.at('[data-option=host] input').inputValue(), 'web-2.example.org');
    for (const [name, typed] of [['kind', 'A fin'], ['minutes', '25'], ['private', 'Yes'], ['who', 'quill'], ['room', '#ops'], ['role', '@resp']]) {
        await me.push('.chip', name);
        await me.type(typed);
    }
    await me.push('.chip', 'file');
    await me.at('[data-option=file] input').setInputFiles({ name: 'nginx.log', mimeType: 'text/plain', buffer: Buffer.from('403') });
    await me.looksRight('options');
    await me.push('form.command button[type=submit]');
    await me.sees('.message.private', 'Heard: try');
    const { data } = await bot.hears((one) => one.data.name === 'try');
    const { guild } = room;
    assert.deepEqual(Object.fromEntries(data.options.map(({ name, value }) => [name, value])), {
        host: 'web-2', kind: 'finding', minutes: 25, private: true, who: guild.memberNamed('quill').id,
        room: guild.channel('ops').id, role: guild.role('responder').id, file: Object.keys(data.resolved.attachments)[0],
    });
    assert.equal(Object.values(data.resolved.attachments)[0].filename, 'nginx.log');
}));

test('what the client refuses is said, and what was typed stays', () => withWidgets(async ({ visit, bot }) => {
    const me = await visit({ name: 'refusal' });
    await me.tabTo('#line');
    await me.page.keyboard.insertText('/try any host minutes:90'); // pasted
    await me.sees('[data-option=minutes]');
    await me.press('Escape');
    await me.gone('form.command');
    assert.match(await me.focus(), /^textarea/, 'Esc leaves the command');
    await me.page.keyboard.insertText('/try any host minutes:90');
    await me.push('form.command button[type=submit]');
    await me.sees('.problem', 'minutes is out of range.');
    assert.equal(await me.at('[data-option=host] input').inputValue(), 'any host');
    assert.equal(bot.heard.length, 0);
}));

test('a form with every kind of field, and a second from its answer', () => withWidgets(async ({ visit, bot, room }) => {
    const me = await visit({ name: 'form', width: 360, height: 740 });
    await me.press('/');
    await me.type('form ');
    await me.sees('form.command', '/form');
    await me.press('Enter');
    await me.sees('dialog', 'Every kind of field');
    await me.press('Escape');
    await me.gone('dialog');
    await me.type('/form ');
    await me.sees('form.command', '/form');
    await me.press('Enter');
    await me.sees('dialog', 'Every kind of field');
    await me.looksRight('fields');
    await me.push('dialog button[type=submit]');
    await me.sees('dialog .problem', 'Summary is required.');
    assert.match(await me.focus(), /^textarea/);
    await me.type('The disk was full');
    await me.tabTo('dialog select');
    await me.type('High');
    await me.press('Tab');
    await me.type('quill');
    for (const name of ['Web', 'Cache']) { await me.tabTo('dialog [type=checkbox]:not(:checked)', undefined); await me.page.getByLabel(name).focus(); await me.press('Space'); }
    assert.ok(await me.page.getByLabel('Db', { exact: true }).isDisabled(), 'no more than two');
    await me.push('dialog button[type=submit]');
    await me.gone('dialog');
    const first = await bot.hears(({ data }) => data.custom_id === 'first');
    const sent = Object.fromEntries(first.data.components.filter(({ component }) => component).map(({ component }) => [component.custom_id, component.value ?? component.values]));
    assert.deepEqual(sent, { summary: 'The disk was full', severity: ['high'], who: [room.guild.memberNamed('quill').id], hosts: ['web', 'cache'] });

    await me.push('.message.private button', 'The rest');
    await me.sees('dialog', 'The rest');
    await me.page.getByLabel('Revert', { exact: true }).check();
    await me.page.getByLabel('End', { exact: true }).check();
    await me.page.getByLabel('Sure', { exact: true }).uncheck();
    await me.at('dialog [type=file]').setInputFiles({ name: 'a.log', mimeType: 'text/plain', buffer: Buffer.from('x') });
    await me.looksRight('rest');
    await me.push('dialog button[type=submit]');
    await me.gone('dialog');
    const second = await bot.hears(({ data }) => data.custom_id === 'second');
    const [keep, facts, sure, log] = second.data.components.map(({ component }) => component.value ?? component.values);
    assert.deepEqual([keep, facts, sure, log.length], ['revert', ['end'], false, 1]);
}));

test('menus on a message and on a person, by mouse and by keyboard', () => withWidgets(async ({ visit, bot, room, general }) => {
    const me = await visit({ name: 'menus' });
    const said = room.guild.member('quill').say(general, 'I see 403 on **web-2**');
    await me.at('.message', 'I see 403').click({ button: 'right' });
    await me.sees('[role=menu]', 'Keep this');
    await me.looksRight('message-menu');
    await me.at('[role=menuitem]', 'Keep this').click();
    await me.sees('.message.private', 'Heard: Keep this');
    assert.equal((await bot.hears(({ data }) => data.name === 'Keep this')).data.target_id, said.id);

    await me.tabTo('.message[tabindex="0"]');
    await me.press('Home');
    assert.match(await me.focus(), /^li quill/);
    await me.press('Enter');
    await me.sees('[role=menu]');
    await me.press('Escape');
    await me.gone('[role=menu]');
    assert.match(await me.focus(), /^li quill/, 'the focus goes back to the message');

    await me.tabTo('.person', 'quill');
    await me.press('Enter');
    await me.sees('[role=menu]', 'Assign');
    await me.press('Enter');
    await me.sees('.message.private', 'Heard: Assign');
    assert.equal((await bot.hears(({ data }) => data.name === 'Assign')).data.target_id, room.guild.memberNamed('quill').id);

    const answers = me.page.locator('.message.private');
    await me.tabTo('.message.private .link', 'Dismiss');
    await me.press('Enter');
    await me.page.waitForFunction(() => document.querySelectorAll('.message.private').length === 1);
    assert.equal(await answers.count(), 1);
}));

test('messages of every make: markdown, embeds, layouts, selects', () => withWidgets(async ({ visit, bot, room, general }) => {
    const me = await visit({ name: 'messages', width: 360, height: 740, scheme: 'dark' });
    const file = { name: 'graph.png', type: 'image/png', bytes: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') };
    room.guild.member('quill').say(general, '# A title\n> quoted\n- one\n- two `code`\n```\na line of code that is much longer than a narrow screen is wide, so it has to wrap\n```\n~~no~~ [a page](https://example.org/a) <#0> <script>alert(1)</script> https://example.org/a/very/long/path/that/never/ends/and/has/no/space', [file]);
    await me.sees('.message .heading-1', 'A title');
    await me.sees('.message pre', 'a line of code');
    await me.sees('.message img[alt="graph.png"]');
    assert.equal(await me.page.locator('.message script').count(), 0);

    await bot.post(general, { embeds: [{ title: 'SEV2', description: '**Since** <t:1670957820:R>', color: 0xc0392b, fields: [{ name: 'Open', value: '2', inline: true }, { name: 'Ideas', value: '1', inline: true }], footer: { text: 'INC-1' } }] });
    await me.sees('.card dt', 'Ideas');
    await bot.post(general, {
        content: 'Choose', components: [
            { type: 1, components: [{ type: 3, custom_id: 'one', placeholder: 'What becomes of it', options: options('Keep', 'Revert') }] },
            { type: 1, components: [{ type: 3, custom_id: 'many', placeholder: 'Which', min_values: 0, max_values: 2, options: options('Start', 'End') }] },
            { type: 1, components: [{ type: 2, style: 5, label: 'Page', url: 'https://example.org/' }, { type: 2, style: 2, label: 'Gone', custom_id: 'gone', disabled: true }] },
        ],
    });
    await me.tabTo('select[aria-label="What becomes of it"]');
    await me.type('Rev');
    await me.press('Tab');
    await me.press('Enter');
    await me.sees('.message.private', 'Heard: one');
    assert.deepEqual((await bot.hears(({ data }) => data.custom_id === 'one')).data.values, ['revert']);
    await me.page.getByLabel('End', { exact: true }).check();
    await me.tabTo('.choose.many button');
    await me.press('Enter');
    assert.deepEqual((await bot.hears(({ data }) => data.custom_id === 'many')).data.values, ['end']);

    await bot.post(general, {
        flags: 32768, components: [{
            type: 17, accent_color: 0x1d6b3c, components: [
                { type: 10, content: '## Resolved' }, { type: 14 },
                { type: 9, components: [{ type: 10, content: 'Open changes: **1**' }], accessory: { type: 2, style: 4, label: 'Drop', custom_id: 'drop' } },
            ],
        }],
    });
    await me.sees('.card .section', 'Open changes: 1');
    await me.looksRight('makes');
    await me.push('button', 'Drop');
    await me.sees('.message.private', 'Heard: drop');
}));

test('a bot that says nothing, and one that is gone', () => withWidgets(async ({ visit, room }) => {
    const me = await visit({ name: 'silence' });
    await me.press('/');
    await me.type('silence ');
    await me.sees('form.command', '/silence');
    await me.press('Enter');
    await me.sees('.message', 'Sending…');
    await me.sees('.message.failed', 'The application did not respond.');
    await me.looksRight('no-answer');
    room.standin.world.commands.global = [];
    room.standin.world.changed();
    await me.tabTo('#line');
    await me.type('/silence');
    await me.press('Enter');
    await me.sees('.problem', 'There is no command /silence.');
}));

test('two people in two tabs see each other at once', () => withWidgets(async ({ visit, room }) => {
    const nova = await visit({ name: 'two-nova' });
    const finch = await visit({ name: 'two-finch', as: 'finch' });
    await nova.push('.room', 'ops');
    await nova.sees('#room-title h1', 'ops');
    await nova.tabTo('#line');
    await nova.type('Who is awake?');
    await nova.press('Enter');
    await finch.sees('.room.unread', 'ops');
    await finch.sees('.room .new', 'new');
    await finch.push('.room', 'ops');
    await finch.sees('.message', 'Who is awake?');
    assert.equal(room.guild.channel('ops').all.length, 1);
}));
