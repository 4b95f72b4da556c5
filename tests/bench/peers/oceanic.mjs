import { Client, MessageFlags } from 'oceanic.js';
import { keep } from './store.mjs';

const client = new Client({
  auth: `Bot ${process.env.DISCORD_TOKEN}`,
  gateway: { intents: ['GUILDS'] },
  rest: { baseURL: process.env.BENCH_API },
});

client.on('interactionCreate', async (interaction) => {
  if (!interaction.isCommandInteraction() || interaction.data.name !== 'timeline') return;
  const { options } = interaction.data;
  const text = options.getString('text', true);
  const id = keep(interaction.guildID, interaction.user.id, options.getString('kind'), text);
  await interaction.createMessage({ content: `Added as #${id}: ${text}`, flags: MessageFlags.EPHEMERAL });
});
client.on('error', (error) => console.error(error));

await client.connect();
