// SIGTERM at bad moments: whoever is owed an answer gets it, and nothing that hangs holds the end up.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Bot, program } from './bot.mjs';
import { declare, stage } from './stage.mjs';

test('a command that is taken together with SIGTERM is answered, also at the second try', () => stage({}, async ({ standin, guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    let taken = false;
    const asked = [];
    // Which of the two the bot sees first is up to the kernel; what it sees last
    // is not taken, but comes again when it resumes.
    for (let round = 0; round < 20 && !taken; round++) {
        const from = bot.log.length;
        standin.faults.clear();
        standin.faults.drop('create_interaction_response', 1);
        bot.child.kill('SIGSTOP');
        const { final } = nova.begin('/timeline add', { text: 'Restarted the queue workers' }, { channel: war });
        asked.push(final);
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate); // it is on the wire
        bot.child.kill('SIGTERM');
        bot.child.kill('SIGCONT');
        assert.deepEqual(await bot.exited, { code: 0, signal: null });
        taken = /name="timeline add"/.test(bot.log.slice(from));
        if (taken) assert.match((await Promise.any(asked)).text, /^Kept as #/);
        else await bot.start();
    }
    assert.ok(taken);
}));

test('a terminal that is closed ends it as SIGTERM does', () => stage({}, async ({ guild, bot, nova }) => {
    await declare(guild, nova);
    bot.child.kill('SIGHUP');
    assert.deepEqual(await bot.exited, { code: 0, signal: null });
}));

test('under nohup it goes on', () => stage({ started: false }, async ({ standin, guild, bot, nova }) => {
    bot.child = spawn('sh', ['-c', 'trap "" HUP; exec "$0" run --config "$1"', program, bot.config], {
        stdio: 'ignore', env: { ...process.env, DISCORD_TOKEN: standin.token },
    });
    bot.exited = new Promise((done) => { bot.child.once('close', (code, signal) => done({ code, signal })); });
    await standin.botReady(20_000);
    bot.child.kill('SIGHUP');
    await declare(guild, nova);
}));

test('SIGTERM does not wait for a name server that does not answer', async () => {
    const api = createServer((request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(JSON.stringify({ url: 'ws://localhost:9', shards: 1, session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 } }));
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const bot = new Bot({ apiBase: `http://127.0.0.1:${api.address().port}/api/v10`, token: 'x'.repeat(30) });
    const source = join(bot.directory, 'slow.c'), library = join(bot.directory, 'slow.so');
    writeFileSync(source, `#include <unistd.h>
        int getaddrinfo(void) { (void)!write(2, "looking up\\n", 11); for (;;) pause(); }`);
    const built = spawnSync(process.env.CC ?? 'cc', ['-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    bot.env = { LD_PRELOAD: library, ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:verify_asan_link_order=0` };
    try {
        await bot.start({ ready: false });
        await bot.logged(/looking up/);
        const stuck = setTimeout(() => bot.kill(), 10_000);
        assert.deepEqual(await bot.stop(), { code: 0, signal: null }, bot.log);
        clearTimeout(stuck);
    } finally {
        await bot.close();
        api.close();
        api.closeAllConnections?.();
    }
});

test('commands that could not be registered are registered at the next start, also when it resumes', () => stage({ started: false }, async ({ standin, guild, bot, nova }) => {
    standin.faults.fail('bulk_set_application_commands', 400, 50035, 1);
    await bot.start({ ready: false });
    await bot.logged(/commands_not_registered/);
    await bot.stop();
    await bot.start({ ready: false });
    await bot.logged(/event=resumed/);
    await bot.logged(/commands_registered count=/);
    await declare(guild, nova);
}));

test('an address in the portal that takes all commands away is told', () => stage({ started: false }, async ({ standin, bot }) => {
    standin.world.interactionsUrl = 'https://old.example/interactions';
    await bot.start({ ready: false });
    await bot.logged(/commands_go_elsewhere url="?https:\/\/old\.example\/interactions"? .*Interactions Endpoint URL/);
}));

for (const named of [false, true]) {
    const settings = (guild) => (named ? { discord: { guilds: [guild.id] } } : {});
    test(`that strangers may add the bot to their servers is told, unless ours is named: ${named}`, () => stage({ settings, started: false }, async ({ standin, bot, guild, nova }) => {
        standin.world.isPublic = true;
        await bot.start();
        await declare(guild, nova); // its rooms are made after that
        assert.equal(/serves_any_server .*Public Bot.*guilds/.test(bot.log), !named);
    }));
}
