// The README's table of commands is what `opsroom table` prints.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const opsroom = `${process.env.OPSROOM_BUILD ?? 'build/san'}/opsroom`;

test('the README shows the commands as they are', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, shown] = readme.match(/<!-- commands -->\n(.*)<!-- \/commands -->/s);
    assert.equal(shown, execFileSync(opsroom, ['table'], { encoding: 'utf8' }), 'put what `opsroom table` prints between the markers');
});
