// A picture with a palette is the same picture.

import assert from 'node:assert/strict';
import test from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';

import { withPalette } from './png.mjs';

/** A PNG of rows [filter, bytes…], with checksums nobody reads here. */
function pngOf(width, rows) {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(rows.length, 4);
    header.set([8, 2], 8);
    const chunk = (type, data) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(data.length);
        return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
    };
    return Buffer.concat([Buffer.alloc(8), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.from(rows.flat()))), chunk('IEND', Buffer.alloc(0))]);
}

function chunks(png) {
    const found = {};
    for (let at = 8; at < png.length;) {
        const length = png.readUInt32BE(at);
        found[png.toString('latin1', at + 4, at + 8)] = png.subarray(at + 8, at + 8 + length);
        at += length + 12;
    }
    return found;
}

const red = [200, 10, 10], blue = [10, 10, 200];

for (const [name, row] of [
    ['none', [0, ...red, ...blue]], ['sub', [1, ...red, 66, 0, 190]], ['up', [2, 0, 0, 0, 0, 0, 0]],
    ['average', [3, 100, 5, 5, 161, 0, 95]], ['Paeth', [4, 0, 0, 0, 0, 0, 0]],
]) {
    test(`rows filtered by ${name}`, () => {
        const { PLTE, IDAT, IHDR, IEND } = chunks(withPalette(pngOf(2, [[0, ...red, ...blue], row])));
        const rows = inflateSync(IDAT);
        const color = (at) => [...PLTE.subarray(rows[at] * 3, rows[at] * 3 + 3)];
        assert.deepEqual([1, 2, 4, 5].map(color), [red, blue, red, blue]);
        assert.deepEqual([IHDR[8], IHDR[9], IEND.length], [8, 3, 0]);
    });
}

test('the checksum of the end is the well-known one', () => {
    assert.equal(withPalette(pngOf(1, [[0, ...red]])).subarray(-4).toString('hex'), 'ae426082');
});

test('more colours than a palette holds: the rarest take their neighbour', () => {
    const many = Array.from({ length: 300 }, (_, at) => [at >> 1, at & 1, 7]);
    const row = [0, ...many.flat(), ...Array(50).fill(many[0]).flat()];
    const { PLTE, IDAT } = chunks(withPalette(pngOf(350, [row])));
    assert.equal(PLTE.length, 256 * 3);
    const rows = inflateSync(IDAT);
    const far = many.filter(([red, green], at) => Math.abs(PLTE[rows[at + 1] * 3] - red) > 22 || Math.abs(PLTE[rows[at + 1] * 3 + 1] - green) > 1);
    assert.deepEqual(far, []);
});
