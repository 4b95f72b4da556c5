// The practice room: the stand-in, the real bot, and a small server for the
// page. Start reading here; view.mjs says what a person sees, acts.mjs what a
// person does, http.mjs how the browser hears of it.

import { rmSync } from 'node:fs';

import { start } from '../discord/standin.mjs';
import { Bot } from '../e2e/bot.mjs';
import { Acts } from './acts.mjs';
import { Forum } from './forum.mjs';
import { PageServer } from './http.mjs';
import { outage } from './outage.mjs';
import { Postmortems } from './postmortems.mjs';
import { View } from './view.mjs';

// Who may respond is a role, so that a reader can be tried, too.
const GUILD = {
    name: 'Volunteers', roles: ['responder'], owner: 'marlow',
    members: [
        { name: 'nova', roles: ['responder'] }, { name: 'quill', roles: ['responder'] },
        { name: 'finch' }, { name: 'marlow', roles: ['responder'] },
        ...outage.members.filter((name) => name !== 'nova').map((name) => ({ name, roles: ['responder'] })),
    ],
    channels: ['general', 'announcements', 'ops', { name: 'Incidents', type: 'category' }],
};

function botSettings(guild) {
    const responders = [guild.role('responder').id];
    return {
        discord: { announce_channel: guild.channel('announcements').id, category: guild.channel('Incidents').id },
        access: { respond: responders, command: responders, resolve: responders, admin: [guild.ownerId] },
    };
}

export class PracticeRoom {
    static async open(options) {
        const room = new PracticeRoom();
        await room.#open(options);
        return room;
    }

    /** `bot` makes another one than the real, `settings` other ones; `paceMs` between the steps of the outage. */
    async #open({ directory, port = 0, bot, settings = {}, paceMs = 900 }) {
        if (directory) rmSync(directory, { recursive: true, force: true });
        this.standin = await start({ guilds: [GUILD] });
        this.guild = this.standin.guild();
        this.forum = await Forum.open();
        this.bot = bot?.(this.standin) ?? this.forum.watchedBy(new Bot(this.standin, { directory, settings: { ...botSettings(this.guild), ...settings } }));
        this.postmortems = new Postmortems(this.bot.repository);
        this.view = new View(this.standin, this.guild, this.postmortems, this.forum);
        this.acts = new Acts(this.standin, this.guild, this.forum, paceMs);
        this.server = new PageServer(this);
        try {
            await this.bot.start();
            await this.server.listen(port);
        } catch (error) {
            await this.close();
            throw error;
        }
    }

    get address() { return this.server.address; }
    get alertCommand() { return this.forum.alertCommand(this.bot); }

    async close() {
        await this.server.close();
        await this.bot.close();
        await this.forum.close();
        await this.standin.close();
    }
}
