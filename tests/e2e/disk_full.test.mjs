// The disk is full for a while: what only reads still works, what would change the record says that it was not kept,
// and afterwards everything goes on. A limit on the size of files stands for the full disk.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import test from 'node:test';

import { declare, stage, told } from './stage.mjs';

function limitFiles(bot, bytes) {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(bot.child.pid), `--fsize=${bytes}:`], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
}

test('while the disk is full, nothing is kept and nothing dies', async () => {
    await stage({}, async ({ standin, guild, bot, nova, quill }) => {
        const { war, live, card } = await declare(guild, nova);
        await standin.until(() => card.pinned && live.all.length > 0, 'the rooms');
        const before = told(bot);
        const [, address] = await bot.logged(/event=listening address=(\S+)/);
        const health = async () => {
            const answer = await fetch(`http://${address}/healthz`);
            return `${answer.status} ${await answer.text()}`;
        };
        limitFiles(bot, statSync(`${bot.database}-wal`).size);

        const status = await nova.slash('/incident status', {}, { channel: war });
        assert.match(status.text, /INC-1.*investigating/s);
        const lost = await quill.slash('/timeline add', { text: 'restarted the queue workers' }, { channel: war });
        assert.match(lost.text, /could not write.*nothing was kept/s);
        assert.match(lost.text, /restarted the queue workers/, 'what was typed is given back');
        assert.match(await health(), /^503 Connected to Discord\.\nThe database could not be written \d+ s ago\.\n$/);
        assert.match((await nova.slash('/incident update', { message: 'Restarted', at: 'lately' }, { channel: war })).text, /`at`: /);
        assert.deepEqual(told(bot), before);

        limitFiles(bot, 'unlimited');
        assert.match((await quill.slash('/timeline add', { text: 'restarted the queue workers' }, { channel: war })).text, /Kept as #/);
        await war.message('restarted the queue workers');
        assert.match(await health(), /^200 /);
    });
});
