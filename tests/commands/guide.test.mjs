// The guide names only what there is: commands, options, menus and pictures.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';

const root = new URL('../../', import.meta.url);
const opsroom = `${process.env.OPSROOM_BUILD ?? 'build/san'}/opsroom`;
const guide = readFileSync(new URL('GUIDE.md', root), 'utf8');
const SUBCOMMAND = 1;

/** '/incident declare' → its options; of every slash command. */
function commands() {
    const found = new Map(), menus = [];
    for (const { name, type = 1, options = [] } of JSON.parse(execFileSync(opsroom, ['commands'], { encoding: 'utf8' }))) {
        if (type !== 1) { menus.push(name); continue; }
        const parts = options.filter((option) => option.type === SUBCOMMAND);
        if (parts.length === 0) found.set(`/${name}`, options.map((option) => option.name));
        for (const part of parts) found.set(`/${name} ${part.name}`, (part.options ?? []).map((option) => option.name));
    }
    return { found, menus };
}

test('the guide names commands and options as they are', () => {
    const { found } = commands();
    // Code in the text, and the indented lines.
    const pieces = [...guide.matchAll(/`(\/[^`]+)`|^ {4}(\/.+)$/gm)].map(([, inline, line]) => inline ?? line);
    assert.ok(pieces.length > 20);
    for (const piece of pieces) {
        const name = [...found.keys()].find((known) => `${piece} `.startsWith(`${known} `));
        assert.ok(name, `there is no ${piece}`);
        for (const [, option] of piece.matchAll(/ ([a-z_]+):/g))
            assert.ok(found.get(name).includes(option), `${name} has no ${option}`);
    }
});

test('the guide names menus as they are', () => {
    const { menus } = commands();
    for (const menu of menus.filter((name) => name !== 'Make action item' && name !== 'Assign as commander'))
        assert.ok(guide.includes(`**${menu}**`), `${menu} is missing`);
});

test('the pictures of the guide are there, and no others', () => {
    const shown = [...guide.matchAll(/\]\((tests\/practice\/pictures\/[^)]+)\)/g)].map(([, path]) => path);
    for (const path of shown) assert.ok(existsSync(new URL(path, root)), path);
    const kept = readdirSync(new URL('tests/practice/pictures/', root)).map((name) => `tests/practice/pictures/${name}`);
    assert.deepEqual(kept.sort(), shown.sort());
});
