import { Client, Events, GatewayIntentBits, MessageFlags } from 'discord.js';
import { keep } from './store.mjs';

const client = new Client({
  intents: [GatewayIntentBits.Guilds],
  // The library adds the version.
  rest: { api: process.env.BENCH_API.replace(/\/v10$/, '') },
});

client.on(Events.InteractionCreate, async (interaction) => {
  if (!interaction.isChatInputCommand() || interaction.commandName !== 'timeline') return;
  const text = interaction.options.getString('text', true);
  const id = keep(interaction.guildId, interaction.user.id, interaction.options.getString('kind'), text);
  await interaction.reply({ content: `Added as #${id}: ${text}`, flags: MessageFlags.Ephemeral });
});

await client.login(process.env.DISCORD_TOKEN);
