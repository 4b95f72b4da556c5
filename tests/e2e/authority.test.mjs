// Who may declare, respond, command, resolve and administer, by role and by
// user: everything that is registered, and every button and form, is refused to
// whoever may not, in words; it is logged, and changes nothing.

import assert from 'node:assert/strict';

import { buttons, declare, scene, seen, told } from './stage.mjs';

const RIGHTS = { declare: 'declare incidents', respond: 'write to the record', command: 'assign roles and move incidents', resolve: 'resolve incidents', admin: 'administer opsroom' };
const ROLES = ['declarer', 'responder', 'commander', 'closer', 'admin'];
const guilds = [{
    name: 'Opsroom', roles: [...ROLES, 'bystander'], channels: ['general', 'announcements'],
    members: [
        ...ROLES.map((role) => ({ name: role, roles: [role] })), { name: 'named' }, { name: 'nobody', roles: ['bystander'] },
        { name: 'nova', roles: ROLES.slice(0, 4) }, 'quill', 'finch',
    ],
}];
const byRole = (guild) => ({
    access: Object.fromEntries(Object.keys(RIGHTS).map((right, place) => [right, [guild.role(ROLES[place]).id, guild.member('named').id]])),
});

/** What a command is about, by what it needs; the rest is for everybody. */
const NEEDS = {
    'incident declare': 'declare', 'alert ignore': 'declare', 'ic assign': 'command', 'ic handoff': 'command', 'incident set': 'command',
    'incident reopen': 'command', 'incident cancel': 'command', resolve: 'resolve',
    'incident status': null, 'incident list': null, 'ic who': null, 'timeline list': 'respond', help: null,
};
const needs = (name) => (name.startsWith('opsroom ') ? 'admin' : name in NEEDS ? NEEDS[name] : 'respond');

const leaves = (commands) => commands.filter(({ type }) => type === 1).flatMap(({ name, options = [] }) => {
    const below = options.filter(({ type }) => type === 1);
    return below.length ? below.map((leaf) => ({ ...leaf, name: `${name} ${leaf.name}` })) : [{ name, options }];
});

/** Something fit for every required option. */
function valuesFor({ options = [] }, person) {
    const fit = ({ type, choices, name }) => choices?.[0].value ?? { 4: 5, 5: true, 6: person, 11: { name: 'a.txt', type: 'text/plain', bytes: Buffer.from('a') } }[type] ?? (/^(id|entry)$/.test(name) ? '#1' : 'now');
    return Object.fromEntries(options.filter(({ required }) => required).map((option) => [option.name, fit(option)]));
}

const READING = ['timeline list', 'action list', 'alert list', 'probe list', 'postmortem preview'];
const refusal = (right, name) =>
    READING.includes(name)
        ? /^Only responders may read this here\. Ask somebody who may.*`\/incident status` tells/s
        : new RegExp(`^You may not ${RIGHTS[right]} here\\. Ask somebody who may.*Nothing was kept\\.`, 's');

async function denied(bot, person, right, act, name) {
    const from = bot.log.length;
    const answer = await act();
    assert.match(seen(answer.text), refusal(right, name));
    assert.ok(answer.ephemeral);
    await bot.logged(new RegExp(`event=denied user=${person.id} command="?[a-z ]+"? right="${RIGHTS[right]}"`), { from });
}

/** A scene that leaves the record and the rooms of its incident as they were. */
const unchanged = (name, play) => scene(name, { guilds, settings: byRole }, async ({ standin, guild, bot }) => {
    const declared = await declare(guild, guild.member('nova'));
    const look = () => ({ record: told(bot), channels: guild.channels.size });
    const before = look();
    await play({ standin, guild, bot, nobody: guild.member('nobody'), ...declared });
    assert.deepEqual(look(), before);
});

unchanged('every slash command asks for its right', async ({ standin, bot, nobody, war }) => {
    const all = leaves(standin.world.commands.global);
    assert.ok(all.length >= 26);
    for (const leaf of all) {
        const act = () => nobody.slash(`/${leaf.name}`, valuesFor(leaf, nobody), { channel: war });
        if (!nobody.sees(`/${leaf.name}`, war)) assert.equal(needs(leaf.name), 'admin');
        else if (needs(leaf.name)) await denied(bot, nobody, needs(leaf.name), act, leaf.name);
        else assert.doesNotMatch((await act()).text, /You may not/, leaf.name);
    }
});

unchanged('so does every menu', async ({ standin, bot, nobody, war }) => {
    const said = nobody.say(war, 'The disk is full');
    for (const { name, type } of standin.world.commands.global.filter((one) => one.type !== 1)) {
        const [target, right] = type === 2 ? [nobody, 'command'] : [said, name === 'Declare incident' ? 'declare' : 'respond'];
        await denied(bot, nobody, right, () => nobody.messageMenu(target, name, { channel: war }));
    }
});

unchanged('so does every button, and the form behind it', async ({ guild, bot, nobody, card }) => {
    // A move is an update, so whoever may not respond hears that first.
    const onCard = { "I'll take command": 'command', 'Add note': 'respond', Change: 'respond', Update: 'respond', Mitigated: 'respond', Resolve: 'resolve' };
    for (const label of Object.keys(buttons(card))) {
        assert.ok(onCard[label], `${label} is known here`);
        await denied(bot, nobody, onCard[label], () => nobody.press(card, label));
    }
    const responder = guild.member('responder');
    await denied(bot, responder, 'command', () => responder.press(card, 'Mitigated'));

    const closer = guild.member('closer');
    const form = await closer.press(card, 'Resolve');
    closer.member.removeRole(guild.role('closer'));
    await denied(bot, closer, 'resolve', () => closer.submit(form, { summary: 'It is over' }));
});

unchanged('a move in a message needs the right of the move', async ({ guild, bot, war }) => {
    const responder = guild.member('responder');
    const update = (state) => () => responder.slash('/incident update', { message: 'It is so', state }, { channel: war });
    for (const state of ['identified', 'mitigated', 'cancelled']) await denied(bot, responder, 'command', update(state));
    await denied(bot, responder, 'resolve', update('resolved'));
});

unchanged('nothing is offered while typing to whoever may not', async ({ guild, war }) => {
    const offered = (name) => guild.member(name).complete('/timeline edit', {}, 'incident', '', { channel: war });
    assert.equal((await offered('responder')).length, 1);
    assert.deepEqual(await offered('nobody'), []);
});

scene('whoever may, by role or by name, is not held up; an admin may everything', { guilds, settings: byRole }, async ({ guild, bot }) => {
    const acts = [
        ['declarer', /is declared/, (one) => one.slash('/incident declare', { title: 'Logins fail', drill: true })],
        ['responder', /^Kept as #/, (one, here) => one.slash('/timeline add', { text: `${one.name} was here` }, here)],
        ['commander', /commander of \*\*INC/, (one, here) => one.slash('/ic assign', { user: one }, here)],
        ['closer', /is resolved since/, (one, here) => one.slash('/resolve', { summary: 'It is over' }, here)],
    ];
    for (const team of [null, 'named', 'admin']) {
        let here;
        for (const [role, words, act] of acts) {
            const answer = await act(guild.member(team ?? role), here);
            assert.match(answer.text, words, `${team ?? role}: ${answer.text}`);
            here ??= { channel: await guild.channelNamed(new RegExp(`^inc-${/INC-(\d+)/.exec(answer.text)[1]}-(?!live)`)) };
        }
    }
    assert.doesNotMatch(bot.log, /event=denied/);
});
