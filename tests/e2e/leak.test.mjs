// Nothing of a private incident reaches whoever is no responder of it, whatever
// they type, press, forge or read; nor does that there is such a number: what
// is answered of it is answered of a number that was never given. Another walk:
// SEED=n STEPS=n.

import assert from 'node:assert/strict';

import { Pending } from '../discord/answers.mjs';
import { COMPONENT, MODAL_SUBMIT } from '../discord/interactions.mjs';
import { BITS } from '../discord/permissions.mjs';
import { random } from '../lib/chance.mjs';
import { declare, scene } from './stage.mjs';

const STEPS = Number(process.env.STEPS ?? 60);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

/** Begins every word that only responders of the private incidents may read. */
const MARK = /qzx/i;
const HELD = [2, 3], NEVER = 99;

const person = (name, roles = []) => ({ name, roles });
const guilds = [
    { name: 'Opsroom', roles: ['responder'], channels: ['general', 'announcements'], members: [person('nova', ['responder']), person('quill', ['responder']), 'finch'] },
    { name: 'Elsewhere', channels: ['general'], members: ['heron'] },
];
// Where a page of it may be written, there is more to leak.
const settings = (guild) => ({ discord: { announce_channel: guild.channel('announcements').id }, postmortem: { private: true } });

const file = { name: 'qzx.log', type: 'text/plain', bytes: Buffer.from('qzxbytes\n') };

/** What a private incident may hold, in every field that takes words. */
async function fill(person, channel) {
    const here = { channel };
    await person.slash('/timeline add', { text: 'qzxentry was seen', time: '10m ago', kind: 'report', by: 'qzxperson', link: 'https://example.org/qzxlink', file }, here);
    await person.slash('/timeline add', { text: 'qzxidea for later', kind: 'idea' }, here);
    await person.slash('/timeline change', { what: 'qzxsetting', where: 'qzxhost', from: 'qzxold', to: 'qzxnew', temporary: true, undo: 'qzxundo', verified: 'qzxproof' }, here);
    await person.slash('/incident update', { message: 'qzxupdate', impact: 'qzximpact', next_in: 5, state: 'identified' }, here);
    await person.slash('/action add', { text: 'qzxitem', link: 'https://example.org/qzxissue' }, here);
    await person.slash('/action add', { text: 'qzxmine', owner: person }, here);
    await person.slash('/ic assign', { user: person }, here);
    await person.slash('/incident link', { url: 'https://example.org/qzxpage', text: 'qzxabout' }, here);
}

/** INC-1 open to all; INC-2 private and open, INC-3 of security and over: all of nova's. */
async function stageIt({ standin, guild, nova, quill }) {
    const open = await declare(guild, quill);
    await quill.slash('/timeline add', { text: 'The pods restart' }, { channel: open.war });
    await quill.slash('/action add', { text: 'Alert on it' }, { channel: open.war });
    const rooms = [];
    for (const options of [{ title: 'qzxvault was opened', private: true }, { title: 'qzxgate left ajar', type: 'security' }]) {
        await nova.slash('/incident declare', { impact: 'qzxfirst', ...options });
        const war = await guild.channelNamed(`inc-${rooms.length + 2}-private`);
        await war.message(MARK);
        await fill(nova, war);
        rooms.push(war);
    }
    await nova.slash('/resolve', { summary: 'qzxsummary' }, { channel: rooms[1] });
    const card = await rooms[1].message(/Postmortem/);
    await standin.until(() => /postmortem\//.test(card.text), 'the postmortem of INC-3', 30_000);
    return { open, rooms };
}

// ---- what there is to type and press ----

const leaves = (commands) => commands.filter(({ type }) => type === 1).flatMap(({ name, options = [] }) => {
    const below = options.filter(({ type }) => type === 1);
    return below.length ? below.map((leaf) => ({ path: `/${name} ${leaf.name}`, options: leaf.options ?? [] })) : [{ path: `/${name}`, options }];
});

/** Options whose value names an incident, or something in one. */
const NAMING = /^(incident|other|duplicate_of|before|after|from|id|entry)$/;
const naming = ({ name, type, required }) => type === 3 && NAMING.test(name) && !(name === 'from' && required); // a change's is a text

/** A value for an option; `id` is the incident that it means, where it means one. */
function valueOf(option, id, pick, someone) {
    const { name, type, choices } = option;
    if (choices) return pick(choices).value;
    if (type !== 3) return { 4: 5, 5: pick([true, false]), 6: someone, 11: { name: 'a.txt', type: 'text/plain', bytes: Buffer.from('a') } }[type];
    if (!naming(option)) return pick(['now', 'The disk is full', '#217', '5m ago']);
    return /^(id|entry)$/.test(name) ? `INC-${id} #${pick([1, 5, 6])}` : pick([`INC-${id}`, `inc-${id}`, `${id}`]);
}

const spoken = (answer) => (answer.choices
    ? answer.choices.map((choice) => `${choice.name} = ${choice.value}`).join('\n')
    : JSON.stringify([answer.modal?.title, answer.modal?.components, answer.text, answer.components, answer.message?.attachments.map(({ name: is }) => is)]));

/** What they typed themselves comes back when it is long enough, which a longer number makes it. */
const TYPED = /\\nWhat you typed, to copy(?:[^"\\]|\\.)*/;

/** An answer without its number and its clock: what must be alike. */
const plain = (text, id) => text.replace(TYPED, '').replace(new RegExp(`(?<!":)\\b(inc-)?${id}\\b`, 'gi'), 'N').replace(/<t:\d+(:\w)?>/g, 'T').replace(/\d\d:\d\d/g, 'T');

function saysNothing(text, about) {
    assert.doesNotMatch(text, MARK, about);
    assert.doesNotMatch(text, /INC-[23]\b/, about);
}

/** Does `act(id)` of each private incident, and of one that never was: the answers are alike. */
async function alike(about, act) {
    const never = plain(spoken(await act(NEVER)), NEVER);
    for (const id of HELD) {
        const held = spoken(await act(id));
        assert.doesNotMatch(held, MARK, `${about}, INC-${id}`);
        assert.doesNotMatch(held.replace(TYPED, ''), /private/i, `${about}: it says that INC-${id} is private`);
        assert.equal(plain(held, id), never, `${about}: INC-${id} against one that never was`);
    }
}

/** An interaction that no client would send. */
const forge = (standin, member, fields) => new Pending(standin, standin.interactions.open({ member, ...fields })).final;

/** Custom ids that nova was shown, in rooms and in private, about INC-2 or INC-3. */
function idsShown(standin) {
    const found = new Set();
    const look = (value) => JSON.stringify(value ?? null).replace(/"custom_?[iI]d":"(1\|[^"]*)"/g, (all, id) => found.add(id));
    for (const { original, modal } of standin.interactions.byId.values()) { look(original?.components); look(modal && { custom_id: modal.custom_id, components: modal.components }); }
    for (const channel of standin.world.channels.values()) for (const message of channel.all) look(message.components);
    return [...found].filter((id) => HELD.includes(Number(id.split('|')[2])));
}

// ---- the scenes ----

scene('what is typed, offered, pressed and forged by others says nothing', { guilds, settings }, async (scenery) => {
    const { standin, guild, bot, nova, quill, finch } = scenery;
    const { open, rooms } = await stageIt(scenery);
    const heron = standin.guild('Elsewhere').member('heron');
    const outsiders = [quill, finch, heron];
    const placeOf = (one, pick = ([first]) => first) => (one === heron ? 'general' : pick([open.war, guild.channel('general'), open.live]));
    const commands = leaves(standin.world.commands.global);
    const look = () => HELD.map((id) => bot.record(id).events.length);
    const before = look();

    for (const one of outsiders) {
        const channel = placeOf(one);
        for (const { path, options } of commands) {
            const flags = Object.fromEntries(options.filter(({ type, name }) => type === 5 && name !== 'private').map(({ name }) => [name, true]));
            if (!options.some(({ required }) => required)) saysNothing(spoken(await one.slash(path, flags, { channel, raw: true })), `${one.name} ${path}`);
            // Each option that names an incident, and the least beside it.
            for (const named of options.filter(naming)) {
                const values = (id) => Object.fromEntries(options.filter((option) => option.required || option === named)
                    .map((option) => [option.name, valueOf(option, id, ([first]) => first, one)]));
                await alike(`${one.name} ${path} ${named.name}`, (id) => one.slash(path, values(id), { channel, raw: true }));
            }
            const offered = async (name, typed, values = {}) => ({ choices: await one.complete(path, values, name, typed, { channel, raw: true }) });
            for (const { name } of options.filter(({ autocomplete }) => autocomplete)) {
                for (const typed of ['', 'qzx', 'vault', 'private', 'INC-']) saysNothing(spoken(await offered(name, typed)), `${one.name} types ${path} ${name}: ${typed}`);
                await alike(`${one.name} types ${path} ${name}`, (id) => offered(name, `INC-${id} #4`));
                const isOther = name !== 'incident' && options.some((option) => option.name === 'incident');
                if (isOther) await alike(`${one.name} types ${path} ${name} of it`, (id) => offered(name, '', { incident: `INC-${id}` }));
            }
        }
    }

    for (const one of outsiders) {
        const source = one.say('general', 'A message to press on');
        const { channel } = source;
        for (const shown of idsShown(standin)) {
            const of = (id) => shown.replace(/^(1\|[^|]*\|)\d+/, `$1${id}`).replace(/INC-[23]\b/g, `INC-${id}`).slice(0, 100);
            await alike(`${one.name} presses ${shown}`, (id) => one.press(source, of(id), { raw: true }));
            await alike(`${one.name} picks in ${shown}`, (id) => forge(standin, one.member, { type: COMPONENT, channel, source, data: { component_type: 3, custom_id: of(id), id: 1, values: ['5'] } }));
            await alike(`${one.name} sends ${shown}`, (id) => forge(standin, one.member, { type: MODAL_SUBMIT, channel, source, data: { custom_id: of(id), components: [] } }));
        }
        for (const { path } of commands) {
            const id = (number) => `1|${path.slice(1)}|${number}|`;
            await alike(`${one.name} presses ${path}`, (number) => one.press(source, id(number), { raw: true }));
            await alike(`${one.name} sends ${path}`, (number) => forge(standin, one.member, { type: MODAL_SUBMIT, channel, source, data: { custom_id: id(number), components: [] } }));
        }
    }
    assert.deepEqual(look(), before, 'their records are as they were');

    // A likeness is a hint, too.
    const alikeTitle = await quill.slash('/incident declare', { title: 'The vault was opened' });
    assert.match(alikeTitle.text, /^\*\*INC-4\*\* is declared/);
    await nothingReached(scenery, { outsiders, rooms });
    assert.ok(nova.reads(rooms[0]).some((message) => MARK.test(message.text)), 'and to nova it is there');
});

scene(`nor does a random walk find any of it, SEED=${SEED}`, { guilds, settings }, async (scenery) => {
    const { standin, guild, quill, finch } = scenery;
    const { open, rooms } = await stageIt(scenery);
    const heron = standin.guild('Elsewhere').member('heron');
    const outsiders = [quill, finch, heron];
    const chance = random(SEED);
    const pick = (list) => list[chance(list.length)];
    const commands = leaves(standin.world.commands.global);
    const menus = standin.world.commands.global.filter(({ type }) => type !== 1);
    const isButton = ({ custom_id: id, disabled }) => id && !disabled;
    const buttonsOf = (answer) => (answer?.message?.exists ? answer.components.flatMap((row) => row.components ?? []).filter(isButton) : []);
    for (let step = 0; step < STEPS; step++) {
        const one = pick(outsiders);
        const channel = one === heron ? one.guild.channel('general') : pick([open.war, guild.channel('general')]);
        const { path, options } = pick(commands);
        const again = chance(2 ** 31);
        const about = `step ${step} of SEED=${SEED}: ${one.name} ${path}`;
        // The same values each time, but for the incident that they name.
        const slash = (id) => {
            const values = random(again);
            const any = (list) => list[values(list.length)];
            const given = options.filter((option) => option.required || values(3) === 0);
            const someone = one === heron ? heron : any([quill, finch]);
            return one.slash(path, Object.fromEntries(given.map((option) => [option.name, valueOf(option, id, any, someone)])), { channel, raw: true });
        };
        const namesOne = options.some((option) => naming(option) && option.required);
        let answer;
        if (namesOne) await alike(about, slash);
        answer = await slash(1);
        saysNothing(spoken(answer), about);
        for (let presses = 0; presses < 2 && buttonsOf(answer).length; presses++) {
            answer = await one.press(answer.message, pick(buttonsOf(answer)).custom_id, { raw: true, values: ['#5'] });
            saysNothing(spoken(answer), `${about}, then presses`);
        }
        const { name, type } = pick(menus);
        saysNothing(spoken(await one.messageMenu(type === 2 ? one : one.say('general', 'The queue is stuck'), name, { channel: one.guild.channel('general') })), `${about}, then ${name}`);
    }
    await nothingReached(scenery, { outsiders, rooms });
});

scene('what its responders do elsewhere does not tell of it', { guilds, settings }, async (scenery) => {
    const { standin, guild, bot, nova, quill, finch } = scenery;
    const { open, rooms } = await stageIt(scenery);
    const inOpen = { channel: open.war };
    await nova.slash('/incident link', { other: 'INC-1' }, { channel: rooms[0] });
    await nova.slash('/incident link', { other: 'INC-3' }, inOpen);
    await nova.slash('/timeline add', { text: 'qzxfrom afar', incident: 'INC-2' }, inOpen);
    await nova.slash('/action list', { all: true }, inOpen);
    await nova.slash('/incident status', { incident: 'INC-2' }, inOpen);
    await nova.slash('/incident declare', { title: 'Search is slow' });
    await nova.slash('/incident cancel', { reason: 'Seen before', duplicate_of: 'INC-2', incident: 'INC-4' });
    await open.live.message(/Logins fail/);
    for (const one of [quill, finch]) {
        for (const id of [1, 4]) {
            for (const command of ['/incident status', '/timeline list', '/ic who', '/action list']) saysNothing(spoken(await one.slash(command, { incident: `INC-${id}` })), `${one.name} ${command} of INC-${id}`);
        }
        saysNothing(spoken(await one.slash('/incident list')), `${one.name} lists`);
    }
    for (const id of [1, 4]) saysNothing(bot.run('render', '--incident', String(id)).out, `the page of INC-${id}`);
    await nothingReached(scenery, { outsiders: [quill, finch, standin.guild('Elsewhere').member('heron')], rooms });
    const visible = standin.diary.entries.filter(({ to, channel }) => !to && channel.guild === guild && !rooms.includes(channel));
    saysNothing(visible.map(({ text }) => text).join('\n'), 'what stands in the rooms of the others');
});

/** Whatever stands in a place that one of the outsiders sees, or stood there, or was shown to them. */
async function nothingReached({ standin, guild, bot }, { outsiders, rooms }) {
    const sees = (one, channel) => one.guild === channel.guild && (one.member.permissionsIn(channel) & BITS.VIEW_CHANNEL) !== 0n;
    for (const channel of standin.world.channels.values()) {
        assert.doesNotMatch(`${channel.name} ${channel.topic}`, MARK, 'names and topics can be read by all');
        for (const one of outsiders) if (rooms.includes(channel)) assert.ok(!sees(one, channel), `${one.name} sees #${channel.name}`);
    }
    const ids = outsiders.map(({ id }) => id);
    for (const { channel, text, to, message } of standin.diary.entries) {
        if (to ? ids.includes(to) : outsiders.some((one) => sees(one, channel))) assert.doesNotMatch(`${text} ${JSON.stringify(message?.components ?? null)}`, MARK, `in #${channel.name}`);
    }
    assert.doesNotMatch(guild.channel('announcements').all.map(({ text }) => text).join('\n'), /INC-[23]\b|inc-[23]\b/);
    assert.doesNotMatch(bot.log, MARK);
    assert.doesNotMatch(JSON.stringify(bot.record(1)) + bot.run('render', '--incident', '1').out, MARK);
}
