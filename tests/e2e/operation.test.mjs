// The bot as whoever runs a server has it: copies of the record, and what systemd is told.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

import { Bot } from './bot.mjs';
import { declare, IDENTIFY, scene, sent, stage, told, withBot } from './stage.mjs';

scene('a copy made while it runs is restored later, and the newer record is kept', {}, async ({ guild, bot, nova }) => {
    const { war } = await declare(guild, nova);
    const say = (text) => nova.slash('/timeline add', { text }, { channel: war });
    await say('Before the copy');
    await war.message('Before the copy');
    const copy = join(bot.directory, 'copy.db');
    const copied = bot.run('backup', copy);
    assert.deepEqual([copied.code, copied.err], [0, '']);
    assert.match(copied.out, /^Copied the record to .*copy\.db, and proved it: 1 incident, \d+ events, 0 attachments\.\n$/);
    assert.equal(statSync(copy).mode & 0o777, 0o600);
    await say('After the copy');
    await war.message('After the copy');

    const refused = bot.run('restore', copy);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /in use by another opsroom\. Stop that one first/);
    await bot.stop();
    const restored = bot.run('restore', copy);
    assert.deepEqual([restored.code, restored.err], [0, '']);
    const [, kept] = /The record that was there is kept as (\S+)\.\n$/.exec(restored.out);
    assert.ok(readdirSync(bot.directory).includes(kept.split('/').pop()));
    const texts = () => told(bot).events.map(({ text }) => text);
    assert.ok(texts().includes('Before the copy') && !texts().includes('After the copy'));

    // It goes on from there in the same rooms, and takes nothing for its own that came after the copy.
    await bot.start();
    assert.match((await say('Told once more')).text, /^Kept as #/);
    await war.message('Told once more');
    assert.equal(bot.run('verify').code, 0);
    assert.deepEqual([bot.run('backup').code, bot.run('restore', 'a', 'b').code], [2, 2]);
});

test('two bots with one token: the one that answers late steps back', () => withBot({ identifyLimit: false }, async ({ standin, guild, bot }) => {
    const nova = guild.member('nova');
    await bot.start();
    const second = new Bot(standin);
    try {
        await second.start({ ready: false });
        await second.logged(/event=ready/);
        for (let i = 1; i <= 3; i++) {
            assert.equal(second.running, true, second.log);
            second.child.kill('SIGSTOP'); // it is the slower one
            assert.match((await nova.slash('/incident status')).text, /No incident is open/);
            second.child.kill('SIGCONT');
            await second.logged(new RegExp(`(answer_lost[^]*){${i}}`));
        }
        assert.deepEqual(await second.exited, { code: 4, signal: null });
        assert.match(second.log, /token_used_twice words="Another program answers.*stop it/);
        assert.equal(bot.running, true);
        assert.match((await nova.slash('/incident status')).text, /No incident is open/);
        assert.equal(sent(standin, IDENTIFY).length, 2, 'they did not fight');
    } finally {
        second.child.kill('SIGCONT');
        await second.close();
    }
}));

/** Prints each datagram as one line of JSON-free text, newlines as blanks. */
const listener = `#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
int main(int n, char **words) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    strncpy(at.sun_path, words[n - 1], sizeof at.sun_path - 1);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0) return 1;
    for (puts("listening"), fflush(stdout);;) {
        char text[999];
        ssize_t got = recv(fd, text, sizeof text, 0);
        if (got <= 0) return 1;
        for (ssize_t i = 0; i < got; i++) putchar(text[i] == '\\n' ? ' ' : text[i]);
        puts("");
        fflush(stdout);
    }
}`;

test('systemd hears that it is ready, lost, back and stopping', () => stage({ started: false }, async ({ standin, bot }) => {
    const source = join(bot.directory, 'hear.c'), program = join(bot.directory, 'hear'), socket = join(bot.directory, 'notify');
    writeFileSync(source, listener);
    const built = spawnSync('cc', ['-o', program, source], { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    const ear = spawn(program, [socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    let heard = '';
    const waiting = [];
    ear.stdout.setEncoding('utf8').on('data', (text) => {
        heard += text;
        for (const look of [...waiting]) look();
    });
    const hears = (pattern, from = 0) => new Promise((resolve) => {
        const look = () => {
            if (!pattern.test(heard.slice(from))) return;
            waiting.splice(waiting.indexOf(look), 1);
            resolve();
        };
        waiting.push(look);
        look();
    });
    try {
        await hears(/listening/);
        bot.env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '60000000' };
        standin.faults.withholdReady();
        await bot.start({ ready: false });
        await hears(/WATCHDOG=1/);
        await standin.until(() => standin.trace.some(({ kind, text }) => kind === 'gateway in' && JSON.parse(text).op === 2), 'the identify');
        assert.doesNotMatch(heard, /READY/);
        standin.faults.withholdReady(false);
        await hears(/READY=1 STATUS=Connected to Discord\./);
        const from = heard.length;
        standin.faults.dropSockets();
        await hears(/STATUS=Lost the connection to Discord; trying again\.[^]*READY=1 STATUS=Connected/, from);
        await bot.stop();
        await hears(/STOPPING=1/);
    } finally {
        ear.kill();
    }
}));
