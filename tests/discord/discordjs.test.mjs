// The stand-in under a client that nobody here wrote: discord.js connects,
// registers, is called, answers.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test, { after, before } from 'node:test';
import {
    ActionRowBuilder, ButtonBuilder, ButtonStyle, Client, Events, GatewayIntentBits, MessageFlags, ModalBuilder, PermissionFlagsBits,
    SlashCommandBuilder, TextInputBuilder, TextInputStyle,
} from 'discord.js';

import { start } from './standin.mjs';

let standin;
let client;
let guild;
let nova;
let answer = async () => {}; // what the bot does with the next interaction

const commands = [
    new SlashCommandBuilder().setName('timeline').setDescription('The record')
        .addSubcommand((sub) => sub.setName('add').setDescription('Add an entry')
            .addStringOption((option) => option.setName('text').setDescription('What').setRequired(true).setMaxLength(50))
            .addStringOption((option) => option.setName('kind').setDescription('Kind').addChoices({ name: 'a finding', value: 'finding' }))
            .addStringOption((option) => option.setName('topic').setDescription('Topic').setAutocomplete(true))
            .addUserOption((option) => option.setName('who').setDescription('By whom'))
            .addIntegerOption((option) => option.setName('minutes').setDescription('Minutes').setMinValue(1).setMaxValue(60))
            .addAttachmentOption((option) => option.setName('file').setDescription('Log'))),
];

before(async () => {
    standin = await start({ tolerate: ['tts', 'enforce_nonce'] });
    guild = standin.guild();
    nova = guild.member('nova');
    client = new Client({
        intents: [GatewayIntentBits.Guilds], allowedMentions: { parse: [] },
        rest: { api: `${standin.origin}/api`, version: '10' },
    });
    client.on(Events.InteractionCreate, (interaction) => answer(interaction).catch((error) => { console.error(error); }));
    const ready = once(client, Events.ClientReady);
    await client.login(standin.token);
    await ready;
    await client.application.commands.set(commands.map((command) => command.toJSON()));
    await standin.botReady();
});

after(async () => {
    await client.destroy();
    await standin.close();
});

const clean = () => assert.deepEqual(standin.violations, [], standin.story());

test('discord.js is ready and knows the guild', () => {
    assert.equal(client.user.id, standin.world.bot.id);
    const cached = client.guilds.cache.get(guild.id);
    assert.equal(cached.name, 'Opsroom');
    assert.deepEqual(cached.channels.cache.map((channel) => channel.name).sort(), ['announcements', 'general', 'ops']);
    clean();
});

test('a slash command arrives with its options and is answered privately', async () => {
    answer = async (interaction) => {
        assert.equal(interaction.options.getSubcommand(), 'add');
        assert.equal(interaction.options.getUser('who').username, 'quill');
        assert.equal(interaction.options.getInteger('minutes'), 5);
        assert.equal(interaction.options.getString('kind'), 'finding');
        const file = interaction.options.getAttachment('file');
        const bytes = Buffer.from(await (await fetch(file.url)).arrayBuffer());
        await interaction.reply({ content: `kept ${bytes.toString()}`, flags: MessageFlags.Ephemeral });
    };
    const reply = await nova.slash('/timeline add', {
        text: 'disk full', kind: 'a finding', who: 'quill', minutes: 5, file: { name: 'df.txt', type: 'text/plain', bytes: '100%' },
    });
    assert.equal(reply.type, 4);
    assert.equal(reply.content, 'kept 100%');
    assert.ok(reply.ephemeral);
    assert.equal(guild.channel('general').all.length, 0);
    clean();
});

test('a deferred answer is awaited until its edit', async () => {
    answer = async (interaction) => {
        await interaction.deferReply();
        await interaction.editReply({ content: 'done <@1>', allowedMentions: { parse: [] } });
        await interaction.followUp({ content: 'and more', flags: MessageFlags.Ephemeral });
    };
    const reply = await nova.slash('/timeline add', { text: 'slow' });
    assert.ok(reply.deferred);
    assert.equal(reply.content, 'done <@1>');
    await standin.until(() => reply.followUps.length === 1, 'the follow-up');
    assert.equal(guild.channel('general').all.at(-1).content, 'done <@1>');
    clean();
});

test('a form opens, is filled and answered', async () => {
    answer = async (interaction) => {
        if (interaction.isModalSubmit()) {
            await interaction.reply({ content: `got ${interaction.fields.getTextInputValue('summary')}`, flags: MessageFlags.Ephemeral });
            return;
        }
        const input = new TextInputBuilder().setCustomId('summary').setLabel('Summary').setStyle(TextInputStyle.Paragraph);
        await interaction.showModal(new ModalBuilder().setCustomId('form').setTitle('Resolve').addComponents(new ActionRowBuilder().addComponents(input)));
    };
    const form = await nova.slash('/timeline add', { text: 'form' });
    assert.equal(form.kind, 'modal');
    assert.deepEqual(form.modal.fields.map((field) => field.label), ['Summary']);
    assert.equal((await nova.submit(form, { Summary: 'disk replaced' })).content, 'got disk replaced');
    clean();
});

test('a channel, a message with a button, a press, a pin', async () => {
    const room = await client.guilds.cache.get(guild.id).channels.create({
        name: 'Live Room 1', reason: 'incident',
        permissionOverwrites: [
            { id: guild.id, allow: [PermissionFlagsBits.ViewChannel], deny: [PermissionFlagsBits.SendMessages] },
            { id: standin.world.bot.id, allow: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages] },
        ],
    });
    const seen = await guild.channelNamed('live-room-1');
    const row = new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId('take').setLabel('Take command').setStyle(ButtonStyle.Primary));
    const sent = await room.send({ content: 'card', components: [row], nonce: 'card-1', enforceNonce: true });
    await sent.pin();
    const card = await seen.message('card');
    assert.ok(card.pinned);
    answer = async (interaction) => { await interaction.update({ content: `taken by ${interaction.member.displayName}`, components: [] }); };
    const pressed = await nova.press(card, 'Take command');
    assert.equal(pressed.kind, 'update');
    assert.equal(card.content, 'taken by nova');
    assert.ok(!nova.sees('/timeline add', seen), 'commands are not offered in a read-only room');
    clean();
});

test('autocomplete offers choices', async () => {
    answer = async (interaction) => {
        assert.equal(interaction.options.getFocused(), 'di');
        await interaction.respond([{ name: 'Disk', value: 'disk' }]);
    };
    assert.deepEqual(await nova.complete('/timeline add', { text: 'x' }, 'topic', 'di'), [{ name: 'Disk', value: 'disk' }]);
    clean();
});

test('a lost socket is resumed and nothing is missed', async () => {
    answer = async (interaction) => { await interaction.reply({ content: 'after', flags: MessageFlags.Ephemeral }); };
    const resumed = once(client, Events.ShardResume);
    standin.faults.dropSockets();
    const pending = nova.begin('/timeline add', { text: 'while away' });
    await resumed;
    assert.equal((await pending.final).content, 'after');
    assert.equal(standin.gateway.identifies.length, 1);
    clean();
});
