// Uploads as forms, what they must name, and the links they are read by.

import assert from 'node:assert/strict';
import test, { afterEach, beforeEach } from 'node:test';

import { NOBODY, RawBot, formPart } from './raw_bot.mjs';
import { start, virtualClock } from './standin.mjs';

const DAY = 24 * 3600_000;
const GRAPH = { name: 'graph.png', type: 'image/png', bytes: Buffer.from([1, 13, 10, 45, 45, 98, 2]) };
const LOG = { name: 'df.txt', type: 'text/plain', bytes: '100%' };

let clock;
let standin;
let bot;
let guild;
let room;
let nova;

beforeEach(async () => {
    clock = virtualClock();
    standin = await start({ clock, limits: false });
    bot = new RawBot(standin);
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    assert.equal((await bot.register([{ name: 'export', description: 'x' }])).status, 200);
});
afterEach(async () => { bot.close(); await standin.close(); });

const rules = () => standin.violations.map((violation) => violation.rule);
const fields = (more) => ({ content: 'x', allowed_mentions: NOBODY, nonce: String(++bot.nonce), enforce_nonce: true, ...more });
const messages = () => `/channels/${room.id}/messages`;
const post = (files, more) => bot.upload('POST', messages(), fields(more), files);
const edit = (id, files, more) => bot.upload('PATCH', `${messages()}/${id}`, { allowed_mentions: NOBODY, ...more }, files);
const names = ({ attachments }) => attachments.map((one) => one.filename);
const read = async (url) => { const reply = await fetch(url); return { status: reply.status, bytes: Buffer.from(await reply.arrayBuffer()) }; };

// ---- uploads ----

test('a message with files: named, described, byte for byte', async () => {
    const { status, body } = await post([GRAPH, LOG], { attachments: [{ id: 0, filename: 'disk.png', description: 'Disk' }, { id: '1' }] });
    assert.equal(status, 200);
    assert.deepEqual(body.attachments.map(({ filename, size, content_type: type, description }) => [filename, size, type, description]),
        [['disk.png', 7, 'image/png', 'Disk'], ['df.txt', 4, 'text/plain', undefined]]);
    assert.deepEqual((await read(body.attachments[0].url)).bytes, GRAPH.bytes, 'line ends and dashes too');
    assert.deepEqual(rules(), []);
});

test('files without a list, and no content', async () => {
    const { body } = await post([LOG], { content: undefined });
    assert.deepEqual(names(body), ['df.txt']);
    assert.deepEqual(rules(), []);
});

test('answers, their edits, follow-ups and updates take files', async () => {
    const pending = nova.begin('/export', {}, { channel: room });
    const { id, token } = pending.interaction;
    const data = { content: 'x', flags: 64, allowed_mentions: NOBODY, attachments: [{ id: 0 }] };
    const free = { Authorization: null };
    assert.equal((await bot.upload('POST', `/interactions/${id}/${token}/callback`, { type: 4, data }, [LOG], free)).status, 204);
    const { message } = await pending.final;
    assert.deepEqual(names(message), [undefined], 'stored, not yet JSON');
    assert.deepEqual(names(message.json()), ['df.txt']);
    const hook = `/webhooks/${standin.world.applicationId}/${token}`;
    const more = { content: 'y', allowed_mentions: NOBODY };
    assert.deepEqual(names((await bot.upload('PATCH', `${hook}/messages/@original`, more, [GRAPH], free)).body), ['df.txt', 'graph.png']);
    assert.deepEqual(names((await bot.upload('POST', hook, more, [GRAPH], free)).body), ['graph.png']);
    const deferred = nova.begin('/export', {}, { channel: room }).interaction;
    const refused = await bot.upload('POST', `/interactions/${deferred.id}/${deferred.token}/callback`, { type: 5 }, [LOG], free);
    assert.equal(refused.body.code, 50035);
    assert.deepEqual(rules(), ['schema']);
});

test('an edit keeps what it lists, drops the rest, adds what is new', async () => {
    const { body } = await post([GRAPH, LOG]);
    const [graph, log] = body.attachments;
    assert.deepEqual(names((await edit(body.id, [], { content: 'y' })).body), ['graph.png', 'df.txt'], 'no list: untouched');
    const second = await edit(body.id, [{ ...LOG, name: 'du.txt' }], { attachments: [{ id: log.id }, { id: 0 }] });
    assert.deepEqual(names(second.body), ['df.txt', 'du.txt']);
    assert.equal((await edit(body.id, [LOG], { attachments: [{ id: log.id }] })).body.code, 50035, 'a new file that is not listed');
    assert.equal((await edit(body.id, [], { attachments: [{ id: graph.id }] })).body.code, 50035, 'one that was dropped');
    assert.deepEqual(names((await edit(body.id, [], { attachments: [] })).body), []);
    assert.deepEqual(rules(), ['schema', 'schema']);
});

const misfits = [
    ['an id without a file', [LOG], { attachments: [{ id: 1 }] }],
    ['a file listed twice', [LOG], { attachments: [{ id: 0 }, { id: 0 }] }],
    ['a description over 1024', [LOG], { attachments: [{ id: 0, description: 'x'.repeat(1025) }] }],
    ['a misspelt key', [LOG], { attachments: [{ id: 0, file_name: 'x' }] }],
    ['a picture that is not there', [LOG], { embeds: [{ image: { url: 'attachment://graph.png' } }] }],
    ['a picture under its former name', [GRAPH], { attachments: [{ id: 0, filename: 'disk.png' }], embeds: [{ image: { url: 'attachment://graph.png' } }] }],
];
for (const [what, files, more] of misfits) {
    test(`${what} is refused`, async () => {
        const { status, body } = await post(files, more);
        assert.deepEqual([status, body.code], [400, 50035], JSON.stringify(body));
        assert.deepEqual(rules(), ['schema']);
        assert.equal(room.all.length, 0);
    });
}

test('a picture is shown by its name, also one that is there already', async () => {
    const { body } = await post([GRAPH], { embeds: [{ image: { url: 'attachment://graph.png' } }] });
    const again = await edit(body.id, [], { embeds: [{ title: 'still', image: { url: 'attachment://graph.png' } }] });
    assert.equal(again.status, 200);
});

test('files need ATTACH_FILES', async () => {
    standin.faults.revoke('ATTACH_FILES', room);
    assert.equal((await post([LOG])).body.code, 50013);
    assert.equal((await post([])).status, 200);
});

// ---- sizes ----

test('ten files, not eleven; after an edit neither', async () => {
    const many = (count) => Array.from({ length: count }, (_, n) => ({ ...LOG, name: `${n}.txt` }));
    const { body } = await post(many(10));
    assert.equal(body.attachments.length, 10);
    assert.equal((await post(many(11))).body.code, 30015);
    assert.equal((await edit(body.id, [LOG], {})).body.code, 30015);
    assert.deepEqual(rules(), ['size', 'size']);
});

test('10 MiB a file, 25 MiB a request: 413 40005', async () => {
    const large = (bytes) => ({ ...LOG, bytes: Buffer.alloc(bytes, 120) });
    const most = 10 * 1024 * 1024;
    assert.equal((await post([large(most)])).status, 200);
    for (const files of [[large(most + 1)], [large(most), large(most), large(most)]]) {
        const { status, body } = await post(files);
        assert.deepEqual([status, body.code], [413, 40005]);
    }
    assert.deepEqual(rules(), ['size', 'size']);
    guild.limits.fileBytes = 3;
    assert.equal((await post([LOG])).body.code, 40005, 'a server\'s own limit');
    assert.equal(nova.begin('/export', {}, { channel: room, mutate: (json) => { assert.equal(json.attachment_size_limit, 3); return json; } }).interaction.channel, room);
});

// ---- the form itself ----

const json = (more) => formPart('payload_json', JSON.stringify(fields(more)));
const forms = [
    ['a file without a name', () => [json(), formPart('files[0]', 'x')]],
    ['an unknown part', () => [json(), formPart('file', 'x', { fileName: 'x' })]],
    ['a part twice', () => [json(), formPart('files[0]', 'x', { fileName: 'x' }), formPart('files[0]', 'y', { fileName: 'y' })]],
    ['a payload of another type', () => [formPart('payload_json', JSON.stringify(fields()), { type: 'text/plain' })]],
    ['no end', () => [json()], '\r\n--B'],
    ['another boundary', () => [json()], undefined, { 'Content-Type': 'multipart/form-data; boundary=C' }],
    ['no boundary', () => [json()], undefined, { 'Content-Type': 'multipart/form-data; charset=utf-8' }],
];
for (const [what, parts, end, headers] of forms) {
    test(`a form with ${what} is refused`, async () => {
        const { status, body } = await bot.send('POST', messages(), parts(), headers, end);
        assert.deepEqual([status, body.code], [400, 50035], JSON.stringify(body));
        assert.deepEqual(rules(), ['schema']);
    });
}

test('broken JSON inside a form, a form where none belongs, a quoted boundary', async () => {
    assert.equal((await bot.send('POST', messages(), [formPart('payload_json', '{')])).body.code, 50109);
    assert.equal((await bot.send('POST', `/guilds/${guild.id}/channels`, [formPart('payload_json', '{"name":"x"}')])).body.code, 50035);
    assert.equal((await bot.send('POST', messages(), [json()], { 'Content-Type': 'multipart/form-data; boundary="B"' })).status, 200);
});

// ---- links ----

test('a link is good for a day, on the stand-in\'s clock; read anew it is a new one', async () => {
    const message = nova.say(room, 'look', [LOG]);
    const { url } = message.json().attachments[0];
    assert.match(url, /\/attachments\/\d+\/\d+\/df\.txt\?ex=[0-9a-f]{8}&is=[0-9a-f]{8}&hm=[0-9a-f]{64}$/);
    clock.advance(DAY - 1000);
    assert.equal((await read(url)).status, 200);
    clock.advance(1000);
    const gone = await read(url);
    assert.deepEqual([gone.status, gone.bytes.toString()], [404, 'This content is no longer available.']);
    const again = message.json().attachments[0].url;
    assert.notEqual(again, url);
    assert.equal((await read(again)).bytes.toString(), '100%');
    standin.faults.expireAttachments();
    assert.equal((await read(again)).status, 404);
    standin.faults.clear();
    assert.equal((await read(again)).status, 200);
});

test('a link that is bent serves nothing', async () => {
    const [one, two] = nova.say(room, 'look', [LOG, GRAPH]).json().attachments.map((file) => file.url);
    const bent = [
        one.split('?')[0], one.replace(/ex=\w+/, 'ex=ffffffff'), one.replace(/hm=\w/, 'hm=g'),
        one.replace(/\?.*/, two.slice(two.indexOf('?'))), `${one.split('?')[0]}?ex=ffffffff`,
    ];
    for (const url of bent) assert.equal((await read(url)).status, 404, url);
    assert.equal((await read(one)).status, 200);
});

test('with its message a file is gone', async () => {
    const message = nova.say(room, 'look', [LOG]);
    const { url } = message.json().attachments[0];
    nova.deleteMessage(message);
    assert.equal((await read(url)).status, 404);
});

test('the bot\'s token does not belong to the CDN', async () => {
    const { url } = nova.say(room, 'look', [LOG]).json().attachments[0];
    await fetch(url, { headers: { Authorization: `Bot ${standin.token}` } });
    assert.deepEqual(rules(), ['cdn']);
});
