// `opsroom commands` against Discord's own schema: what the bot would PUT, as
// the bot prints it, with no key that Discord does not know.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { checkBody } from '../discord/schema.mjs';

const opsroom = `${process.env.OPSROOM_BUILD ?? 'build/san'}/opsroom`;
const printed = JSON.parse(execFileSync(opsroom, ['commands'], { encoding: 'utf8' }));

test('the printed registration is what Discord takes', () => {
    checkBody('bulk_set_application_commands', printed);
});

test('a misspelt key would be noticed', () => {
    const wrong = structuredClone(printed);
    wrong[0].options[0].options[0].max_lenght = 5;
    assert.throws(() => checkBody('bulk_set_application_commands', wrong));
});

test('it is the table that the C tests compared', () => {
    const golden = new URL('registration.json', import.meta.url);
    assert.deepEqual(printed, JSON.parse(readFileSync(golden, 'utf8')));
});

test('the four fixed commands are there', () => {
    const names = printed.flatMap(({ name, options = [] }) => {
        const subcommands = options.filter(({ type }) => type === 1);
        return subcommands.length ? subcommands.map((one) => `/${name} ${one.name}`) : [`/${name}`];
    });
    for (const name of ['/incident declare', '/ic assign', '/timeline add', '/resolve']) assert.ok(names.includes(name), name);
});
