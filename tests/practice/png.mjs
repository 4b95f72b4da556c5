// Makes a picture of a page small: a PNG with a palette of the 256 colours used
// most takes a third of the bytes, and nobody sees it (PNG specification, RFC 2083).

import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const RGB = 2, PALETTE = 3;
const COLORS = 256;

/** The same picture with a palette; `png` is eight-bit RGB, as browsers write it. */
export function withPalette(png) {
    const { width, height, pixels } = decoded(png);
    const index = paletteOf(pixels);
    const rows = Buffer.alloc(height * (width + 1)); // each begins with filter 0
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = index.of(colorAt(pixels, (y * width + x) * 3));
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, PALETTE], 8);
    return Buffer.concat([
        SIGNATURE, chunk('IHDR', header), chunk('PLTE', Buffer.from(index.colors.flatMap(parts))),
        chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
    ]);
}

/** The checksum of a chunk (PNG specification, 3.4); Node 18 has none. */
function crc(bytes) {
    let sum = 0xffffffff;
    for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
    return (sum ^ 0xffffffff) >>> 0;
}

const colorAt = (pixels, at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
const parts = (color) => [color >> 16, (color >> 8) & 255, color & 255];

function paletteOf(pixels) {
    const uses = new Map();
    for (let at = 0; at < pixels.length; at += 3) {
        const color = colorAt(pixels, at);
        uses.set(color, (uses.get(color) ?? 0) + 1);
    }
    const colors = [...uses].sort((one, other) => other[1] - one[1]).slice(0, COLORS).map(([color]) => color);
    const known = new Map(colors.map((color, at) => [color, at]));
    return {
        colors,
        of(color) {
            if (!known.has(color)) known.set(color, nearest(colors, color));
            return known.get(color);
        },
    };
}

function nearest(colors, color) {
    const distance = (other) => parts(color).reduce((sum, part, at) => sum + (part - parts(other)[at]) ** 2, 0);
    return colors.reduce((best, other, at) => (distance(other) < distance(colors[best]) ? at : best), 0);
}

function chunk(type, data) {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    const sum = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
}

export function decoded(png) {
    const data = [];
    let header = null;
    for (let at = SIGNATURE.length; at < png.length;) {
        const length = png.readUInt32BE(at);
        const type = png.toString('latin1', at + 4, at + 8);
        const body = png.subarray(at + 8, at + 8 + length);
        if (type === 'IHDR') header = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], kind: body[9] };
        if (type === 'IDAT') data.push(body);
        at += length + 12;
    }
    const { width, height, depth, kind } = header;
    if (depth !== 8 || kind !== RGB) throw new Error('this PNG is not eight-bit RGB');
    return { width, height, pixels: unfiltered(inflateSync(Buffer.concat(data)), width * 3, height) };
}

/** Undoes the filters of the rows (PNG specification, 6): three bytes a pixel. */
function unfiltered(raw, stride, height) {
    const pixels = Buffer.alloc(stride * height);
    const at = (x, y) => (x < 0 || y < 0 ? 0 : pixels[y * stride + x]);
    for (let y = 0; y < height; y++) {
        const guess = FILTERS[raw[y * (stride + 1)]];
        for (let x = 0; x < stride; x++) pixels[y * stride + x] = raw[y * (stride + 1) + 1 + x] + guess(at(x - 3, y), at(x, y - 1), at(x - 3, y - 1));
    }
    return pixels;
}

const FILTERS = [
    () => 0,
    (left) => left,
    (left, above) => above,
    (left, above) => (left + above) >> 1,
    (left, above, corner) => {
        const sum = left + above - corner;
        const [toLeft, toAbove, toCorner] = [left, above, corner].map((one) => Math.abs(sum - one));
        if (toLeft <= toAbove && toLeft <= toCorner) return left;
        return toAbove <= toCorner ? above : corner;
    },
];
