// What can go wrong, on command. Every fault is off until it is asked for, and
// clear() takes all of them back.

import { ApiError } from './errors.mjs';
import { bits } from './permissions.mjs';
import { cloudflare, tooMany } from './rest.mjs';

export class Faults {
    constructor(standin) {
        this.standin = standin;
        this.rules = [];
        this.restDelayMs = 0;
    }

    clear() {
        this.rules = [];
        this.restDelayMs = 0;
        this.standin.files.expired = false;
        this.standin.tokenRefused = false;
        this.withholdReady(false);
        Object.assign(this.#gateway.faults, { withholdAcks: false, refuse: false, duplicates: 0, fragment: 0, garble: null });
    }

    get #gateway() { return this.standin.gateway; }
    get #sessions() { return [...this.#gateway.sessions.values()]; }

    #send(payload) {
        for (const connection of this.#gateway.connections) connection.write(JSON.stringify({ t: null, s: null, ...payload }));
    }

    // ---- gateway ----

    /** The sockets are gone without a close frame. */
    dropSockets() { for (const connection of [...this.#gateway.connections]) connection.drop(); }
    /** Any close code of Opcodes and Status Codes. */
    closeGateway(code, reason) { for (const connection of [...this.#gateway.connections]) connection.close(code, reason); }
    /** op 7: reconnect and resume. */
    reconnect() { this.#send({ op: 7, d: null }); }
    /** op 9; when not resumable the session is gone. */
    invalidSession(resumable) {
        this.#send({ op: 9, d: resumable });
        if (!resumable) this.forgetSessions();
    }
    /** The next resume is answered with op 9 false. */
    forgetSessions() { for (const session of this.#sessions) this.#gateway.endSession(session); }
    /** op 1: asks for a heartbeat at once. */
    askForHeartbeat() { this.#send({ op: 1, d: null }); }
    withholdAcks(on = true) { this.#gateway.faults.withholdAcks = on; }
    /** READY, or what a resume replays, waits until this is taken back. */
    withholdReady(on = true) {
        this.#gateway.faults.withholdReady = on;
        if (on) return;
        for (const connection of this.#gateway.connections) if (connection.session && !connection.ready) connection.begin();
    }
    /** The next `count` interactions are dispatched twice, with two sequences. */
    duplicateDispatches(count = 1) { this.#gateway.faults.duplicates = count; }
    /** Sends again, byte for byte, what was dispatched after `seq`. */
    replay(seq = 0, fits = () => true) {
        for (const session of this.#sessions) {
            for (const one of session.after(seq) ?? []) if (fits(JSON.parse(one.text))) session.connection?.write(one.text);
        }
        for (const interaction of this.standin.interactions.byId.values()) interaction.excused = true;
    }
    /** Websocket connections are refused until this is taken back. */
    refuseSockets(on = true) { this.#gateway.faults.refuse = on; }
    /** Every payload comes in that many websocket frames; 0: in one. */
    fragment(parts) { this.#gateway.faults.fragment = parts; }
    /** Every payload that holds `mark`, a replayed one too, goes out with these bytes in its place. */
    garble(mark, bytes) { this.#gateway.faults.garble = { mark, bytes }; }
    /** Any frame, to see what the bot makes of it. */
    sendRaw(text) { for (const connection of this.#gateway.connections) connection.write(text); }

    // ---- token ----

    /** 401 on every bot route and close 4004, as after a token reset. */
    refuseToken(on = true) {
        this.standin.tokenRefused = on;
        if (on) this.closeGateway(4004, 'Authentication failed.');
    }

    // ---- REST ----

    delayRest(ms) { this.restDelayMs = ms; }

    /**
     * For the next `times` requests that `match`: an operation id
     * ('create_message'), a RegExp on "METHOD /path", or a function of both.
     */
    onRest(match, fault, times = 1) {
        const rule = { match, fault, left: times, hits: 0 };
        this.rules.push(rule);
        return rule;
    }

    /** The connection dies before anything is done. */
    drop(match, times) { return this.onRest(match, { reply: () => ({ drop: true }) }, times); }
    /** It is done, and the answer is lost. */
    lose(match, times) { return this.onRest(match, { lose: true }, times); }
    /** It is done, and the answer comes late. */
    delay(match, delayMs, times) { return this.onRest(match, { delayMs }, times); }
    /** A refusal by status, and a JSON error code where one is given. */
    fail(match, status, code, times) {
        const error = code === undefined ? null : new ApiError(code, { status });
        const reply = error ? () => ({ status, body: error.toJSON() })
            : () => ({ status, text: `<html><head><title>${status}</title></head></html>`, headers: { 'Content-Type': 'text/html' } });
        return this.onRest(match, { reply }, times);
    }
    /** 429 of scope user, global or shared, for as long as it says. */
    rateLimit(match, scope = 'user', seconds = 1, times = 1) {
        const waitMs = seconds * 1000;
        const reply = (call) => {
            const { route, params, standin } = call;
            call.spent = standin.limits.exhaust(scope, route.id, params[route.major] ?? '', waitMs);
            return tooMany({ waitMs, scope });
        };
        return this.onRest(match, { reply }, times);
    }
    /** 429 from the edge: no JSON. */
    cloudflare(match, seconds = 600, times = 1) { return this.onRest(match, { reply: () => cloudflare(seconds) }, times); }

    take(route, path) {
        for (const rule of this.rules) {
            if (!rule.left || !matches(rule.match, route, path)) continue;
            rule.left--;
            rule.hits++;
            this.standin.note('fault', `${route.id} ${JSON.stringify(rule.fault)}`);
            return rule.fault;
        }
        return null;
    }

    // ---- the world ----

    deleteChannel(channel) { channel.guild.deleteChannel(channel); }
    deleteMessage(message) { this.standin.messages.delete(message); }
    /** Takes permissions from the bot: in one channel, else guild-wide. */
    revoke(permissions, place) {
        const taken = bits(permissions);
        if (place?.overwrites) { this.#overwrite(place, 0n, taken); return; }
        for (const guild of place ? [place] : this.standin.world.guilds.values()) {
            for (const id of [guild.id, ...guild.bot.roleIds]) guild.setRole(id, { permissions: guild.roles.get(id).permissions & ~taken });
        }
    }
    /** Gives them back: to the bot alone, guild-wide to its own role. */
    grant(permissions, place) {
        const given = bits(permissions);
        if (place?.overwrites) { this.#overwrite(place, given, 0n); return; }
        for (const guild of place ? [place] : this.standin.world.guilds.values()) guild.setBotPermissions(guild.bot.permissions | given);
    }
    #overwrite(channel, allowed, denied) {
        const { id } = channel.guild.bot;
        const old = channel.overwrites.get(id) ?? { allow: 0n, deny: 0n };
        channel.setOverwrite({ id, type: 1, allow: (old.allow & ~denied) | allowed, deny: (old.deny & ~allowed) | denied });
    }
    /** Signed attachment links run out. */
    expireAttachments(on = true) { this.standin.files.expired = on; }
    /** Downloads take long. */
    slowAttachments(bytesPerSecond) { this.standin.files.bytesPerSecond = bytesPerSecond; }
}

function matches(match, route, path) {
    const line = `${route.method} ${path}`;
    if (typeof match === 'function') return match(line, route.id);
    return match instanceof RegExp ? match.test(line) : match === route.id || match === '*';
}
