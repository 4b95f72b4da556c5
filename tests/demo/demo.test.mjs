// What `make demo` prints is what a person would see, and as it is in the end.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';

test('the demo ends with the live room as everyone reads it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'opsroom-demo-'));
    try {
        const { status, stdout, stderr } = spawnSync(process.execPath, ['tests/demo/demo.mjs', folder], { encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stdout, /<[t@#:]/, 'a mark that Discord would show as something else');
        const [, picture] = stdout.split('What everyone reads in the live operating room');
        const card = picture.split('What is happening?')[0];
        assert.match(card, /Resolved .*\n[^]*Postmortem `[0-9a-f]+` on branch/);
        assert.match(picture, /a draft is written/);
        assert.match(stdout, /The record is whole: 1 incident, /);
    } finally {
        rmSync(folder, { recursive: true });
    }
});
