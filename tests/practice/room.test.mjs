// The practice room's server: who sees what, and who may talk to it. The page
// itself is tested in a browser (*.browser.mjs).

import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import { PracticeRoom } from './room.mjs';

/** Plays `play(room)` in a room of its own. */
async function inRoom(play, options = {}) {
    const room = await PracticeRoom.open(options);
    try {
        await play(room);
        assert.deepEqual(room.standin.violations, []);
    } finally {
        await room.close();
    }
}

/** {status, headers, body} of a request with any headers, Host too. */
function request(room, path, { method = 'GET', headers = {}, body } = {}) {
    const { port } = new URL(room.address);
    return new Promise((resolve, reject) => {
        const sent = http.request({ host: '127.0.0.1', port, path, method, headers }, async (response) => {
            let text = '';
            for await (const chunk of response.setEncoding('utf8')) text += chunk;
            resolve({ status: response.statusCode, headers: response.headers, body: text });
        });
        sent.on('error', reject);
        sent.end(body);
    });
}

const post = (room, act, body, headers = {}) => request(room, `/act/${act}`, {
    method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body),
}).then((answer) => ({ ...answer, json: JSON.parse(answer.body) }));

test('a person sees their rooms and their own private answers, and nobody else\'s', () => inRoom(async (room) => {
    const { guild, view } = room;
    const [nova, finch] = [guild.member('nova'), guild.member('finch')];
    const general = guild.channel('general').id;
    await post(room, 'command', { as: nova.id, channel: general, command: 'incident declare', values: { title: 'Keys leaked', private: true } });
    const war = await guild.channelNamed('inc-1-private');
    await war.message('Keys leaked');

    const hers = view.of(nova, general);
    assert.ok(hers.channels.some(({ name, limited }) => name === 'inc-1-private' && limited));
    const answer = hers.room.messages.find(({ ephemeral }) => ephemeral);
    assert.match(answer.content, /INC-1/);
    assert.deepEqual(answer.asked, { by: 'nova', what: '/incident declare' });

    const his = JSON.stringify([view.of(finch, general), view.of(finch, war.id), view.commands(finch, war.id)]);
    assert.doesNotMatch(his, /inc-1-|INC-1\b|Keys leaked/);
    assert.equal(view.of(finch, war.id).room.name, 'general', 'a room that is hidden is not opened');

    const refused = await post(room, 'say', { as: finch.id, channel: war.id, text: 'hello' });
    assert.match(refused.json.error, /may not write in/);

    await nova.slash('/resolve', { summary: 'The keys are new.' }, { channel: war });
    await war.message(/postmortem.*a draft is written/);
    await room.postmortems.refresh();
    const [{ branch, limited }] = view.of(nova, general).postmortems;
    assert.ok(limited);
    assert.deepEqual(view.of(finch, general).postmortems, []);
    const page = (name) => request(room, `/postmortem/${name}/${encodeURIComponent(branch)}/`);
    assert.match((await page('nova')).body, /<h1>Keys leaked<\/h1>/);
    assert.equal((await page('finch')).status, 404);

    await post(room, 'dismiss', { as: nova.id, message: answer.id });
    assert.ok(!view.of(nova, general).room.messages.some(({ ephemeral }) => ephemeral));
}, { settings: { postmortem: { private: true } } }));

test('a private incident leaves no page, as the guide says', () => inRoom(async (room) => {
    const nova = room.guild.member('nova');
    const end = async (title, name, values) => {
        await nova.slash('/incident declare', { title, ...values });
        const war = await room.guild.channelNamed(name);
        await nova.slash('/resolve', { summary: 'It is over.' }, { channel: war });
        return war;
    };
    const war = await end('Keys leaked', 'inc-1-private', { private: true });
    await war.message('It is over.');
    // Whose page comes later.
    await (await end('Logins fail', 'inc-2-logins-fail', {})).message(/a draft is written/);
    await room.postmortems.refresh();
    assert.deepEqual(room.view.of(nova, war.id).postmortems.map(({ title }) => title), ['Logins fail']);
}));

test('a file is for those who see its room', () => inRoom(async (room) => {
    const { guild, view } = room;
    const [nova, finch] = [guild.member('nova'), guild.member('finch')];
    await nova.slash('/incident declare', { title: 'Keys leaked', private: true });
    const war = await guild.channelNamed('inc-1-private');
    await war.message('Keys leaked');
    const file = { name: 'a <b>.html', type: 'text/html', base64: Buffer.from('<script>1</script>').toString('base64') };
    await post(room, 'say', { as: nova.id, channel: war.id, text: 'see', files: [file] });
    const [{ path }] = view.of(nova, war.id).room.messages.find(({ files }) => files.length > 0).files;
    const got = await request(room, `${path}?as=${nova.id}`);
    assert.equal(got.body, '<script>1</script>');
    assert.match(got.headers['content-disposition'], /^attachment/, 'never shown as a page');
    assert.equal(got.headers['x-content-type-options'], 'nosniff');
    assert.equal((await request(room, `${path}?as=${finch.id}`)).status, 404);
}));

test('who sees a read-only room gets no commands there', () => inRoom(async (room) => {
    const { guild, view } = room;
    const finch = guild.member('finch');
    await guild.member('nova').slash('/incident declare', { title: 'Logins fail' });
    const live = await guild.channelNamed('inc-1-live');
    assert.deepEqual(view.commands(finch, live.id).slash, []);
    assert.equal(view.of(finch, live.id).room.writable, false);
    assert.ok(view.commands(finch, guild.channel('general').id).slash.some(({ path }) => path === 'incident declare'));
}));

test('only pages of its own may talk to it', () => inRoom(async (room) => {
    const { host } = new URL(room.address);
    const page = await request(room, '/');
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(page.body, /https?:\/\//, 'no resource from elsewhere');
    const table = [
        ['/', { headers: { host: 'evil.example' } }, 421],
        ['/', { headers: { host: `evil.example:${host.split(':')[1]}` } }, 421],
        ['/', { headers: { host: `localhost:${host.split(':')[1]}` } }, 200],
        ['/act/say', { method: 'POST', headers: { 'content-type': 'application/json', origin: 'https://evil.example' }, body: '{}' }, 403],
        ['/act/say', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
        ['/act/say', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }, 400],
        ['/act/constructor', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }, 404],
        ['/act/say', { method: 'GET' }, 404],
        ['/', { method: 'DELETE' }, 405],
        ['/..%2fserver.mjs', {}, 404],
        ['/../server.mjs', {}, 404],
        ['/postmortem/nova/none/', {}, 404],
        ['/postmortem/nova/%E0%A4%A/', {}, 400],
        ['/files/1/2/x', {}, 404],
    ];
    for (const [path, how, status] of table) assert.equal((await request(room, path, how)).status, status, `${how.method ?? 'GET'} ${path} ${JSON.stringify(how.headers ?? {})}`);
}));

test('what the bot watches can be broken, and a monitor can report', () => inRoom(async (room) => {
    const { guild } = room;
    const nova = guild.member('nova'), announce = guild.channel('announcements');
    assert.match((await nova.slash('/probe list')).text, /forum front page/);

    await post(room, 'forum', { as: nova.id, broken: true });
    assert.equal(room.view.of(nova, announce.id).forumIsBroken, true);
    const card = await announce.message('forum front page is down');
    assert.match(card.text, /Owner: marlow/);

    const [, secret, body, address] = /'Authorization: Bearer (\w+)' -d '(.+?)' (\S+)$/.exec(room.alertCommand);
    const answer = await fetch(address, { method: 'POST', headers: { authorization: `Bearer ${secret}` }, body });
    assert.deepEqual([answer.status, await answer.text()], [200, 'Kept.\n']);
    await announce.message('Disk is full');

    await post(room, 'forum', { as: nova.id, broken: false });
    await room.standin.until(() => /Over: \*\*forum front page/.test(card.text), 'the probe to see that it is over');
}));
