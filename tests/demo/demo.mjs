// make demo: a real outage, played against the stand-in by really invoking the
// slash commands; prints the story as it happens and leaves its results in
// build/demo, or in the folder that it is given.

import { rmSync, writeFileSync } from 'node:fs';

import { Bot, git, patience } from '../e2e/bot.mjs';
import { guildOf, play, readReplay } from '../e2e/replay.mjs';
import { shown as onScreen } from '../discord/screen.mjs';
import { start } from '../discord/standin.mjs';

const directory = process.argv[2] ?? 'build/demo';
const replay = readReplay('2022-12-13-root-filesystem-full');
const [bold, dim] = process.stdout.isTTY ? [(text) => `\x1b[1m${text}\x1b[0m`, (text) => `\x1b[2m${text}\x1b[0m`] : [String, String];
const say = (text = '') => console.log(text);

/** A message as Discord would show it, as well as a terminal can. */
function shown(text) {
    return onScreen(text.replace(/ \(<t:\d+:\w>\)/g, ''), place)
        .replace(/<(https?:[^>]*)>/g, '$1')
        .replace(/\*\*(.*?)\*\*/g, (mark, inner) => bold(inner))
        .replace(/^-# (.*)$/gm, (mark, inner) => dim(`  ${inner}`))
        .replace(/\\([\\`*_~|<>#\[\]().-])/g, '$1');
}

function tell(step, answer) {
    const { options } = step;
    const words = Object.entries(options).map(([name, value]) => `${name}:${value}`).join(' ');
    say(`${bold(`@${step.member}`)} /${step.command} ${words}${step.file ? ` file:${step.file.name}` : ''}`);
    for (const line of shown(answer.content ?? '').split('\n')) say(`    ${dim(line)}`);
}

function show(title, channel) {
    say();
    say(bold(`${title}  #${channel.name}`));
    for (const message of channel.all) for (const line of shown(message.text).split('\n')) say(`    ${line}`);
}

rmSync(directory, { recursive: true, force: true });
const guild = guildOf(replay);
const standin = await start({ guilds: [guild], ...patience });
const place = standin.guild();
const bot = new Bot(standin, { directory, settings: { discord: { announce_channel: place.channel('announcements').id } } });
let code = 0;
try {
    await bot.start();
    say(bold('opsroom is connected to the stand-in. A real outage of December 2022 begins.'));
    say();
    await play(standin, place, replay, { told: tell });
    const live = await place.channelNamed(/^inc-1-live/);
    const card = await (await place.channelNamed(/^inc-1-global/)).message('Postmortem');
    await standin.until(() => card.text.includes('`'), 'the postmortem on the card', 60_000);
    await live.message('a draft is written');
    await standin.until(() => /^Postmortem|\*\*Postmortem/m.test(live.all[0].text), 'the postmortem on the card of the live room', 60_000);
    show('What everyone reads in the live operating room', live);
    const branch = git(bot.repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/postmortem').trim();
    const page = git(bot.repository, 'ls-tree', '-r', '--name-only', branch).trim().split('\n').find((name) => name.endsWith('index.md'));
    writeFileSync(`${directory}/index.md`, git(bot.repository, 'show', `${branch}:${page}`));
    const ended = await bot.stop();
    if (ended.code !== 0) throw new Error(`the bot ended with ${ended.code ?? ended.signal}`);
    const verdict = bot.run('verify');
    say();
    say(verdict.out.trim());
    say();
    say(`The postmortem is ${bold(`${directory}/index.md`)}`);
    say(`  committed to ${directory}/postmortems.git, branch ${branch}, as ${page}`);
    say(`The record is    ${directory}/opsroom.db`);
    if (verdict.code !== 0) throw new Error('the record is not whole');
    for (const { rule, detail } of standin.violations) throw new Error(`the stand-in objects: ${rule}: ${detail}`);
} catch (error) {
    console.error(`\nThe demo failed: ${error.message}\n\n--- the bot's log\n${bot.log}\n--- the last traffic\n${standin.story()}`);
    code = 1;
}
await bot.close();
await standin.close();
process.exit(code);
