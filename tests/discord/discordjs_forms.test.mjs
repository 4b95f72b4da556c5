// Menus, forms of every kind, selects and files under a client that nobody here
// wrote: discord.js builds them and reads what people send.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test, { after, before } from 'node:test';
import {
    ActionRowBuilder, ApplicationCommandType, AttachmentBuilder, ButtonBuilder, ButtonStyle, CheckboxBuilder, CheckboxGroupBuilder, Client,
    ContextMenuCommandBuilder, Events, FileUploadBuilder, GatewayIntentBits, LabelBuilder, MessageFlags, ModalBuilder, RadioGroupBuilder,
    StringSelectMenuBuilder, TextDisplayBuilder, TextInputBuilder, TextInputStyle, UserSelectMenuBuilder,
} from 'discord.js';

import { start } from './standin.mjs';

let standin;
let client;
let guild;
let room;
let nova;
let quill;
let answer;
let failed = null;

before(async () => {
    standin = await start({ tolerate: ['tts', 'enforce_nonce'] });
    guild = standin.guild();
    room = guild.channel('ops');
    nova = guild.member('nova');
    quill = guild.member('quill');
    client = new Client({
        intents: [GatewayIntentBits.Guilds], allowedMentions: { parse: [] },
        rest: { api: `${standin.origin}/api`, version: '10' },
    });
    client.on(Events.InteractionCreate, (interaction) => answer(interaction).catch((error) => { failed = error; }));
    const ready = once(client, Events.ClientReady);
    await client.login(standin.token);
    await ready;
    await client.application.commands.set([
        new ContextMenuCommandBuilder().setName('Add to timeline').setType(ApplicationCommandType.Message),
        new ContextMenuCommandBuilder().setName('Assign as commander').setType(ApplicationCommandType.User),
    ].map((command) => command.toJSON()));
    await standin.botReady();
});

after(async () => {
    await client.destroy();
    await standin.close();
});

function clean() {
    assert.ifError(failed);
    assert.deepEqual(standin.violations, [], standin.story());
}

const PRIVATE = { flags: MessageFlags.Ephemeral };

test('a menu on a message is read with its text, author and files', async () => {
    answer = async (interaction) => {
        assert.ok(interaction.isMessageContextMenuCommand());
        const { content, author, attachments, createdTimestamp, url } = interaction.targetMessage;
        assert.ok(createdTimestamp > 0 && url.endsWith(interaction.targetId));
        await interaction.reply({ content: `${author.username}: ${content} + ${attachments.first().name}`, ...PRIVATE });
    };
    const message = quill.say(room, 'it is the disk', [{ name: 'df.txt', type: 'text/plain', bytes: '100%' }]);
    assert.equal((await nova.messageMenu(message, 'Add to timeline')).text, 'quill: it is the disk + df.txt');
    clean();
});

test('a menu on a person is read as user and member', async () => {
    answer = async (interaction) => {
        assert.ok(interaction.isUserContextMenuCommand());
        await interaction.reply({ content: `${interaction.targetUser.username} ${interaction.targetMember.permissions.has('SendMessages')}`, ...PRIVATE });
    };
    assert.equal((await nova.userMenu('quill', 'Assign as commander', { channel: room })).text, 'quill true');
    clean();
});

const option = (label) => ({ label, value: label.toLowerCase() });
const field = (name, set) => set(new LabelBuilder().setLabel(name));

test('a form with every kind of field is shown and read', async () => {
    const form = new ModalBuilder().setCustomId('entry').setTitle('Add')
        .addTextDisplayComponents(new TextDisplayBuilder().setContent('Times are UTC.'))
        .addLabelComponents(
            field('What', (label) => label.setTextInputComponent(new TextInputBuilder().setCustomId('what').setStyle(TextInputStyle.Paragraph))),
            field('Kind', (label) => label.setStringSelectMenuComponent(new StringSelectMenuBuilder().setCustomId('kind').addOptions(option('Change'), option('Idea')))),
            field('Who', (label) => label.setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId('who').setMaxValues(2))),
            field('Evidence', (label) => label.setFileUploadComponent(new FileUploadBuilder().setCustomId('files').setRequired(false))),
        );
    let got;
    answer = async (interaction) => {
        if (!interaction.isModalSubmit()) { await interaction.showModal(form); return; }
        const { fields } = interaction;
        got = [
            fields.getTextInputValue('what'), fields.getStringSelectValues('kind'), fields.getSelectedUsers('who').map((user) => user.username),
            fields.getUploadedFiles('files').map((file) => [file.name, file.size]),
        ];
        await interaction.deferReply(PRIVATE);
        await interaction.editReply('kept');
    };
    const shown = await nova.messageMenu(quill.say(room, 'x'), 'Add to timeline');
    assert.equal(shown.modal.text, 'Times are UTC.');
    const reply = await nova.submit(shown, { What: 'disk full', Kind: 'Idea', Who: ['quill', 'finch'], Evidence: { name: 'df.txt', bytes: '100%' } });
    assert.equal(reply.text, 'kept');
    assert.deepEqual(got, ['disk full', ['idea'], ['quill', 'finch'], [['df.txt', 4]]]);
    clean();
});

test('radios and boxes are shown and read', async () => {
    const form = new ModalBuilder().setCustomId('more').setTitle('More').addLabelComponents(
        field('Urgency', (label) => label.setRadioGroupComponent(new RadioGroupBuilder().setCustomId('urgency').addOptions(option('Now'), option('Later')))),
        field('Missing', (label) => label.setCheckboxGroupComponent(new CheckboxGroupBuilder().setCustomId('missing').addOptions(option('Impact'), option('Cause')))),
        field('Private', (label) => label.setCheckboxComponent(new CheckboxBuilder().setCustomId('private'))),
    );
    let got;
    answer = async (interaction) => {
        if (!interaction.isModalSubmit()) { await interaction.showModal(form); return; }
        got = ['urgency', 'missing', 'private'].map((id) => { const { value, values } = interaction.fields.getField(id); return value ?? values; });
        await interaction.reply({ content: 'kept', ...PRIVATE });
    };
    const shown = await nova.messageMenu(quill.say(room, 'x'), 'Add to timeline');
    await nova.submit(shown, { Urgency: 'Later', Missing: ['Cause'], Private: true });
    assert.deepEqual(got, ['later', ['cause'], true]);
    clean();
});

test('a private message with a select and a button changes in place', async () => {
    const select = new ActionRowBuilder().addComponents(new StringSelectMenuBuilder().setCustomId('settle').setPlaceholder('What became of it?').addOptions(option('Kept'), option('Reverted')));
    const done = new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId('done').setLabel('Resolve').setStyle(ButtonStyle.Danger));
    answer = async (interaction) => {
        if (interaction.isStringSelectMenu()) await interaction.update({ content: interaction.values.join(), components: [done] });
        else if (interaction.isButton()) {
            await interaction.deferUpdate();
            await interaction.editReply({ content: 'resolved', components: [] });
            await interaction.followUp({ content: 'the page', files: [new AttachmentBuilder(Buffer.from('# Page'), { name: 'page.md' })], ...PRIVATE });
            await interaction.deleteReply();
        } else await interaction.reply({ content: 'open: root', components: [select], ...PRIVATE });
    };
    const reply = await nova.messageMenu(quill.say(room, 'x'), 'Add to timeline');
    await nova.press(reply, 'What became of it?', { values: 'Reverted' });
    assert.equal(reply.text, 'reverted\nResolve');
    const pressed = await nova.press(reply, 'Resolve');
    await standin.until(() => reply.message.deleted, 'the end');
    const [page] = pressed.followUps;
    const { url } = page.json().attachments[0];
    assert.deepEqual([page.ephemeral, await (await fetch(url)).text()], [true, '# Page']);
    assert.deepEqual(standin.diary.of(reply.message).map((one) => one.text), ['open: root\nWhat became of it?', 'reverted\nResolve', 'resolved', '']);
    clean();
});

test('what people delete is gone from the client\'s cache', async () => {
    const gone = once(client, Events.ChannelDelete);
    guild.owner.deleteChannel(guild.channel('general'));
    const [channel] = await gone;
    assert.ok(!client.channels.cache.has(channel.id));
    await assert.rejects(client.channels.fetch(channel.id), { code: 10003 });
    clean();
});
