import os
import sqlite3
import time

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

discord.http.Route.BASE = os.environ["BENCH_API"]

# One row a command, on disk before it is answered.
database = sqlite3.connect(os.environ["BENCH_DATABASE"], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute(
    """CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL, guild TEXT NOT NULL,
    author TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)"""
)


def keep(guild, author, kind, text):
    return database.execute(
        "INSERT INTO entry (at, guild, author, kind, text) VALUES (?, ?, ?, ?, ?)",
        (int(time.time() * 1000), str(guild), str(author), kind, text),
    ).lastrowid


class Bot(discord.Client):
    async def setup_hook(self):
        _, url = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)


bot = Bot(intents=discord.Intents(guilds=True))
tree = app_commands.CommandTree(bot)
timeline = app_commands.Group(name="timeline", description="The timeline")


@timeline.command(name="add", description="Keep what happened")
async def add(interaction: discord.Interaction, text: str, kind: str):
    number = keep(interaction.guild_id, interaction.user.id, kind, text)
    await interaction.response.send_message(
        f"Added as #{number}: {text}", ephemeral=True
    )


tree.add_command(timeline)
bot.run(os.environ["DISCORD_TOKEN"])
