// What cannot be published yet is said with its reason, kept, and done when it can be.

import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

import { git } from './bot.mjs';
import { declare, scene } from './stage.mjs';

scene('a repository that is none: the log has the reason, and the page comes when it is one', {}, async ({ standin, guild, bot, nova }) => {
    writeFileSync(bot.repository, 'This is no repository.\n');
    const { war } = await declare(guild, nova);
    const from = bot.log.length;
    const answer = await nova.slash('/resolve', { summary: 'Restarted it' }, { channel: war });
    assert.match(answer.text, /INC-1/);
    const [line] = await bot.logged(/event=effect_put_off [^\n]*effect=postmortem [^\n]*/, { from, guardMs: 30_000 });
    assert.match(line, /words=".*postmortems\.git: Not a directory"/);
    assert.equal(bot.record().state, 'resolved');
    rmSync(bot.repository);
    await standin.until(() => existsSync(bot.repository) && git(bot.repository, 'for-each-ref', 'refs/heads').includes('postmortem/'), 'the page', 30_000);
    await standin.until(() => bot.record().state === 'review', 'the incident to be in review');
});
