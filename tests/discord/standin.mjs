// A strict stand-in for Discord on loopback: gateway v10 and REST v10, stricter
// than the real one. Start it, point the bot at `apiBase`, and play people:
//
//   const standin = await start();
//   // … run the bot with standin.apiBase and standin.token …
//   await standin.botReady();
//   const guild = standin.guild();
//   const nova = guild.member('nova');
//   const answer = await nova.slash('/incident declare', { title: 'Disk full' });
//   const room = await guild.channelNamed(/disk-full/);
//   const card = await room.message('Disk full');
//   await nova.press(card, 'Resolve');
//   assert.deepEqual(standin.violations, []);
//   await standin.close();
//
// What the bot did wrong is in `violations` ({rule, detail}), all traffic in
// `trace`, what reached people and when in `diary`. Time rules ask `clock`
// (clock.mjs), faults are in `faults`.

import http from 'node:http';
import https from 'node:https';

import { realClock } from './clock.mjs';
import { Diary } from './diary.mjs';
import { Faults } from './faults.mjs';
import { Files } from './files.mjs';
import { Gateway } from './gateway.mjs';
import { Interactions } from './interactions.mjs';
import { Limits } from './limits.mjs';
import { Messages } from './messages.mjs';
import { Person } from './people.mjs';
import { Rest } from './rest.mjs';
import { World } from './world.mjs';

export { virtualClock } from './clock.mjs';
export { ClientRefused, NoAnswer, directMessage } from './people.mjs';

const MESSAGE_CONTENT = 1 << 15;
const TRACE_LINES = 20_000;

const DEFAULTS = {
    port: 0,                  // 0: any; resumePort likewise
    resumePort: 0,
    // Looks like a bot token, so that tests see whether it is kept out of logs.
    token: [btoa('1100000000000000001').replaceAll('=', ''), 'standin'.slice(0, 6), 'a-token-for-tests-of-no-value'].join('.'),
    applicationId: '1100000000000000001',
    botUserId: undefined,     // the application's id, as for every newer bot
    botName: 'opsroom',
    botPermissions: undefined, // what the bot's own role may; the install set
    guilds: [{
        name: 'Opsroom', roles: ['responder'],
        members: [{ name: 'nova', roles: ['responder'] }, { name: 'quill' }, { name: 'finch' }],
        channels: ['general', 'announcements', 'ops'],
    }],
    extraGuilds: 0,           // that many more, of 10 channels and 5 roles each
    heartbeatInterval: 41_250,
    resumeBuffer: 1000,       // dispatches kept for Resume
    limits: true,             // rate limits
    identifyLimit: true,      // max_concurrency per 5 s
    identifyTotal: 1000,      // per 24 h
    maxConcurrency: 1,
    privilegedIntents: 0,     // bits that the portal has switched on
    ackDeadline: 3000,        // ms to the first answer of an interaction
    patience: 10_000,         // ms of real time a person waits for a final answer
    tolerate: [],             // unknown keys let through (discord.js sends some everywhere)
    schema: true,             // false: bodies are not checked (bench)
    trace: true,
    clock: undefined,         // clock.mjs
    tls: undefined,           // {key, cert}: https and wss
};

class Standin {
    constructor(options) {
        this.options = { ...DEFAULTS, ...options };
        this.clock = this.options.clock ?? realClock();
        this.token = this.options.token;
        this.tokenRefused = false;
        this.violations = [];
        this.trace = [];
        this.registrations = 0;   // bulk PUTs of commands
        this.commandCreates = 0;
        this.world = new World({ ...this.options, clock: this.clock });
        this.world.person = (member) => new Person(this, member);
        this.limits = new Limits(this.clock, this.options.limits);
        this.sockets = new Set();
    }

    async open() {
        const { tls } = this.options;
        const make = (handler) => (tls ? https.createServer(tls, handler) : http.createServer(handler));
        this.server = make((request, response) => this.rest.handle(request, response));
        this.resumeServer = make((request, response) => response.writeHead(404).end());
        await this.#listen(this.server, this.options.port);
        await this.#listen(this.resumeServer, this.options.resumePort);
        const address = (scheme, server) => `${scheme}${tls ? 's' : ''}://127.0.0.1:${server.address().port}`;
        this.origin = address('http', this.server);
        this.apiBase = `${this.origin}/api/v10`;
        this.gatewayUrl = address('ws', this.server);
        this.resumeUrl = address('ws', this.resumeServer);
        this.#build();
        return this;
    }

    #build() {
        this.files = new Files(this.world, this.origin);
        this.diary = new Diary(this.clock);
        this.messages = new Messages(this.world, this.files, this.diary);
        this.gateway = new Gateway(this);
        this.interactions = new Interactions(this);
        this.faults = new Faults(this);
        this.rest = new Rest(this);
        for (const setting of this.options.guilds) this.world.addGuild(setting);
        for (let i = 0; i < this.options.extraGuilds; i++) this.world.addGuild(filler(i));
        this.server.on('upgrade', (...args) => this.gateway.upgrade(...args, false));
        this.resumeServer.on('upgrade', (...args) => this.gateway.upgrade(...args, true));
    }

    #listen(server, port) {
        server.keepAliveTimeout = 120_000;
        server.on('connection', (socket) => {
            this.sockets.add(socket);
            socket.setNoDelay(true);
            socket.on('close', () => this.sockets.delete(socket));
        });
        return new Promise((resolve, reject) => {
            server.once('error', reject);
            server.listen(port, '127.0.0.1', resolve);
        });
    }

    async close() {
        this.gateway.close();
        for (const socket of this.sockets) socket.destroy();
        await Promise.all([this.server, this.resumeServer].map((server) => new Promise((resolve) => { server.close(resolve); })));
    }

    /** The first guild, or the one of that name or id. */
    guild(nameOrId) {
        const all = [...this.world.guilds.values()];
        return nameOrId === undefined ? all[0] : all.find((one) => one.id === nameOrId || one.name === nameOrId);
    }

    until(look, what, guardMs) { return this.world.until(look, what, guardMs); }

    /** The bot has a live session, and its commands are registered. */
    botReady(guardMs) {
        return this.until(() => this.gateway.ready && this.registered, 'the bot to be ready with its commands', guardMs);
    }

    get registered() {
        const { global, guilds } = this.world.commands;
        return global.length > 0 || [...guilds.values()].some((list) => list.length > 0);
    }

    // ---- what the parts report ----

    /** One line of traffic; `text` may be a function, called when tracing is on. */
    note(kind, text) {
        if (!this.options.trace) return;
        this.trace.push({ at: this.clock.now(), kind, text: typeof text === 'function' ? text() : text });
        if (this.trace.length > TRACE_LINES * 2) this.trace.splice(0, TRACE_LINES);
    }

    /** The bot did something wrong. */
    violate(rule, detail) {
        this.note('violation', `${rule}: ${detail}`);
        this.violations.push({ rule, detail });
    }

    /** Every text we send says whom it may ping (Message resource, Allowed Mentions). */
    wantMentions(body, where) {
        const speaks = body.content !== undefined || body.embeds !== undefined || body.components !== undefined;
        if (speaks && !body.allowed_mentions) this.violate('allowed-mentions', `${where} without allowed_mentions`);
    }

    /** Does the bot get the text of this message? */
    mayRead(message, intents) {
        const { bot } = this.world;
        return Boolean(intents & MESSAGE_CONTENT) || message.author.id === bot.id || message.pinged.users.includes(bot.id);
    }

    /** The last lines of traffic, for a failed test's message. */
    story(lines = 40) {
        return this.trace.slice(-lines).map(({ kind, text }) => `${kind.padEnd(14)} ${String(text).slice(0, 400)}`).join('\n');
    }
}

function filler(index) {
    return {
        name: `Guild ${index}`, roles: ['one', 'two', 'three', 'four'],
        channels: Array.from({ length: 10 }, (_, at) => `channel-${at}`),
    };
}

export const start = (options) => new Standin(options).open();
