// The timeline as people work on it: read, correct, strike, settle.

import assert from 'node:assert/strict';

import { buttons, declare, refused, scene, seen } from './stage.mjs';

const ofKind = (bot, kind) => bot.record().events.filter((event) => event.kind === kind);

scene('a list that is paged in place, and read only by who asked', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const minutes = Array.from({ length: 45 }, (_, i) => i);
    for (const i of minutes) await nova.slash('/timeline add', { text: `Step ${i}, as it was written down`, time: '5m ago' }, { channel: war });
    let page = await quill.slash('/timeline list', { kind: 'note' }, { channel: war });
    const first = page.text;
    const found = [];
    for (;;) {
        assert.ok(page.ephemeral);
        found.unshift(...[...page.text.matchAll(/Step (\d+)/g)].map((match) => Number(match[1])));
        if (!buttons(page.message).Older || found.length > minutes.length) break;
        page = await quill.press(page, 'Older');
        assert.equal(page.kind, 'update');
    }
    assert.deepEqual(found, minutes);
    for (let i = 0; i < 9 && buttons(page.message).Newer; i++) page = await quill.press(page, 'Newer');
    assert.equal(page.text, first);
});

const team = { guilds: [{ members: [{ name: 'nova' }, { name: 'quill', nick: 'Quill of ops' }, { name: 'finch' }], channels: ['general'] }] };

scene('who is picked with an @ stands in the record by name', team, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const add = (values) => nova.slash('/timeline add', values, { channel: war });
    await add({ text: `${quill.mention} restarted web-03, <@1> looks on` });
    await add({ text: 'Workers restarted', by: quill.mention });
    await add({ text: 'Paged', by: `${quill.mention} and finch` });
    const [first, second, third] = ofKind(bot, 'note');
    assert.equal(first.text, '@quill restarted web-03, <@1> looks on');
    assert.equal(second.actor_name, 'Quill of ops');
    assert.equal(second.actor_id, quill.id);
    assert.equal(third.actor_name, 'quill and finch');
});

scene('an entry is corrected in its form, and another one struck', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const kept = await nova.slash('/timeline add', { text: 'Disk is fin', time: '10m ago', kind: 'finding' }, { channel: war });
    const id = /#\d+/.exec(kept.text)[0];
    const offered = await quill.complete('/timeline edit', {}, 'id', 'disk', { channel: war });
    assert.deepEqual(offered.map(({ value }) => value), [id]);
    const form = await quill.slash('/timeline edit', { id }, { channel: war });
    assert.equal(form.modal.title, 'Correct an entry of INC-1');
    const [time, text] = form.modal.fields;
    assert.match(time.value, /^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    assert.equal(text.value, 'Disk is fin');
    await refused(bot, /says so already/, () => quill.submit(form, {}));
    const corrected = await quill.submit(form, { text: 'Disk is full' });
    assert.match(corrected.text, /now reads, in UTC:\n.*finding · nova: Disk is full/);
    assert.deepEqual(ofKind(bot, 'edit').map(({ text: says, recorder_name: by, entry_kind: kind }) => ({ says, by, kind })),
        [{ says: 'Disk is full', by: 'quill', kind: 'finding' }]);

    const why = await quill.slash('/timeline strike', { id }, { channel: war });
    const struck = await quill.submit(why, { reason: 'That was another server' });
    assert.match(struck.text, /is struck: That was another server/);
    await refused(bot, /struck already/, () => quill.submit(why, { reason: 'Once more' }));
    const list = await nova.slash('/timeline list', {}, { channel: war });
    assert.match(list.text, new RegExp(`\\*\\*${id}\\*\\* ~~.*Disk is full~~ \\(struck\\)`));
    await refused(bot, /has no entry #99/, () => nova.slash('/timeline strike', { id: '#99' }, { channel: war }));
});

scene('a vague entry becomes a change in one form', {}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const hint = await nova.slash('/timeline add', { text: 'Tweaked the CDNs', kind: 'action', time: '5m ago' }, { channel: war });
    assert.match(hint.text, /"Tweaked" will say little later/);
    const form = await nova.press(hint, 'Make it a change');
    assert.equal(form.modal.fields[0].value, 'Tweaked the CDNs');
    await nova.submit(form, { what: 'proxy_read_timeout', where: 'cdn-1', from: '30s', to: '120s' });
    const [edit] = ofKind(bot, 'edit');
    assert.deepEqual([edit.entry_kind, edit.change_what, edit.change_to, edit.text], ['change', 'proxy_read_timeout', '120s', 'Tweaked the CDNs']);
    assert.equal(ofKind(bot, 'action').length, 1, 'what was said first stays in the record');
});

scene('resolve shows what is open, and each press settles one', {}, async ({ guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const change = { where: 'cdn', from: '60', to: '600' };
    await nova.slash('/timeline change', { what: 'TTL', ...change, temporary: true, undo: 'put 60 back' }, { channel: war });
    await nova.slash('/timeline change', { what: 'Cache size', ...change }, { channel: war });
    await nova.slash('/timeline change', { what: 'Workers', ...change, verified: 'htop' }, { channel: war });
    await nova.slash('/timeline add', { text: 'Alert on disk space', kind: 'idea' }, { channel: war });
    const sheet = await nova.slash('/resolve', { summary: 'It was the cache' }, { channel: war });
    assert.match(sheet.text, /is resolved since/);
    assert.match(bot.record().state, /resolved|review/, 'nobody was held up');
    assert.match(sheet.text, /Open in \*\*INC-1\*\*: 2 changes, 1 parked idea\./);
    assert.match(seen(sheet.text), /TTL on cdn: 60 → 600.*temporary · not verified · undo: put 60 back/s);
    const label = (text, what) => Object.keys(buttons(text.message)).find((one) => one.endsWith(what));
    const item = await nova.press(sheet, label(sheet, 'Make action item'));
    assert.equal(item.kind, 'update');
    assert.match(item.text, /Action item #\d+: Alert on disk space/);
    const reverted = await nova.press(item, label(item, 'Reverted'));
    const form = await nova.press(reverted, label(reverted, 'Hand over'));
    const done = await nova.submit(form, { user: quill });
    assert.match(done.text, /is handed over\. Action item #\d+: Settle Cache size on cdn.*owner: quill/);
    assert.doesNotMatch(done.text, /Open in/);
    assert.deepEqual(ofKind(bot, 'settled').map(({ settlement }) => settlement), ['made an action item', 'reverted', 'handed over']);
    assert.deepEqual(ofKind(bot, 'item').map(({ text, holder_name: owner }) => ({ text, owner: owner ?? null })), [
        { text: 'Alert on disk space', owner: null },
        { text: 'Settle Cache size on cdn, now 600 (before: 60)', owner: 'quill' },
    ]);
});

scene('all files of a message are kept, whatever their bytes', {}, async ({ standin, guild, bot, nova, quill }) => {
    const { war } = await declare(guild, nova);
    const files = [
        { name: 'queue.log', type: 'text/plain', bytes: Buffer.from('stopped\r\n\n') },
        { name: 'empty lines.txt', type: 'text/plain', bytes: Buffer.from('\n\n\n') },
        { name: 'graph.png', type: 'image/png', bytes: Buffer.from([0x89, 0x50, 0, 0xff, 0]) },
    ];
    const said = quill.say(war, `${nova.mention} has seen it, too`, files);
    const answer = await nova.messageMenu(said, 'Attach as evidence');
    assert.match(seen(answer.text), /@nova has seen it, too/);
    const kept = () => ofKind(bot, 'evidence').filter(({ file_sha256: hash }) => hash);
    await standin.until(() => kept().length === 3, 'all three files');
    const [entry] = ofKind(bot, 'evidence');
    assert.equal(entry.text, '@nova has seen it, too');
    assert.equal(entry.origin, entry.link);
    assert.deepEqual(kept().map(({ target, file_name: name, file_bytes: bytes }) => ({ target, name, bytes })),
        files.map(({ name, bytes }) => ({ target: entry.seq, name, bytes: bytes.length })));
    await refused(bot, new RegExp(`already: it is entry #${entry.seq}`), () => quill.messageMenu(said, 'Add to timeline'));
});

scene('a note with two files, from the card', {}, async ({ standin, guild, bot, nova }) => {
    const { card } = await declare(guild, nova);
    const form = await nova.press(card, 'Add note');
    const bytes = [Buffer.from('one\n'), Buffer.from('two')];
    const answer = await nova.submit(form, { text: 'Both logs', file: bytes.map((data, i) => ({ name: `${i + 1}.log`, type: 'text/plain', bytes: data })) });
    assert.match(seen(answer.text), /1\.log \(4 bytes\) is being downloaded.*2\.log \(3 bytes\)/s);
    const kept = () => ofKind(bot, 'evidence').filter(({ file_sha256: hash }) => hash);
    await standin.until(() => kept().length === 2, 'both files');
    assert.deepEqual(kept().map(({ file_name: name, file_bytes: size }) => [name, size]), [['1.log', 4], ['2.log', 3]]);
});
