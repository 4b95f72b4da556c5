// The helper opsroom-draw as the bot runs it: a job on stdin, an empty environment, a picture on stdout.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

import { decoded } from '../practice/png.mjs';

const HELPER = join(process.env.OPSROOM_BUILD ?? 'build/san', 'opsroom-draw');
const MINUTE = 60_000;
const START = Date.parse('2022-12-13T18:30:00Z');
const at = (minute) => START + minute * MINUTE;

const FAILED = 0xa3001b, LINE = 0x0b5394, THRESHOLD = 0xb91c1c, SHADE = 0xfef4e4; // draw_page.h, draw_series.c

function draw(job, env = {}) {
    const input = typeof job === 'string' ? job : JSON.stringify(job);
    const { status, signal, stdout, stderr } = spawnSync(HELPER, { input, env, maxBuffer: 1 << 26 });
    assert.equal(signal, null, String(stderr));
    assert.equal(String(stderr), '');
    return { status, bytes: stdout };
}

function drawn(job) {
    const { status, bytes } = draw(job);
    assert.equal(status, 0, String(bytes));
    return bytes;
}

/** An hour and a half, slow from the 21st to the 69th minute. */
const samples = Array.from({ length: 90 }, (_, i) => {
    const slow = i >= 21 && i < 69;
    return [at(i), i === 30 ? null : slow ? 4000 + i * 10 : 115 + (i % 11), !(slow && i < 35)];
});
const job = {
    format: 'png', width: 600, height: 320, scale: 2,
    title: 'forum https', quantity: 'response time', unit: 'ms', alt: 'It was <slow> & "bad"\u0007.',
    from: at(0), to: at(100), threshold: 2000, threshold_label: 'limit',
    incident: { from: at(23), to: at(75) },
    marks: [{ at: at(23), text: 'declared' }, { at: at(75), text: 'resolved' }],
    series: [{ name: 'forum https', gap: 0, samples }],
};
const svg = { ...job, format: 'svg' };

/** How many pixels have that very colour. */
function count(bytes, color) {
    const { width, height, pixels } = decoded(bytes);
    let found = 0;
    for (let i = 0; i < width * height; i++) found += pixels.readUIntBE(i * 3, 3) === color ? 1 : 0;
    return found;
}

/** Start and end tags match, and attributes are quoted; returns the names of the elements. */
function elements(xml) {
    const open = [], names = [];
    const rest = xml.replace(/^<\?xml[^?]*\?>/, '').replace(/<(\/?)([\w:]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g, (_, end, name, attributes, empty) => {
        if (end) assert.equal(open.pop(), name);
        else names.push(name);
        if (!end && !empty) open.push(name);
        return '';
    });
    assert.deepEqual(open, []);
    assert.doesNotMatch(rest, /[<>]|&(?!#\d+;)/);
    return names;
}

test('a PNG of the size asked for, with all there is to see', () => {
    const png = drawn(job);
    const { width, height } = decoded(png);
    assert.deepEqual([width, height], [1200, 640]);
    for (const color of [FAILED, LINE, THRESHOLD, SHADE]) assert.ok(count(png, color) > 20, color.toString(16));

    const quiet = drawn({ ...job, scale: 1, incident: null, threshold: null, series: [{ name: '', samples: samples.map(([ms, value]) => [ms, value, true]) }] });
    assert.deepEqual([decoded(quiet).width, decoded(quiet).height], [600, 320]);
    for (const color of [FAILED, THRESHOLD, SHADE]) assert.equal(count(quiet, color), 0, color.toString(16));
});

test('an SVG that stands alone and says what it shows', () => {
    const text = String(drawn(svg));
    assert.ok(elements(text).includes('path'));
    assert.match(text, /<svg [^>]*width="600px" height="320px"[^>]*>\n<title id="title">forum https<\/title>\n<desc id="desc">It was &#60;slow&#62; &#38; &#34;bad&#34; \.<\/desc>/);
    assert.doesNotMatch(text, /<image|<text|<style|<script|href="[^#]|url\([^#]|font-family/);
});

test('the same job gives the same bytes, another one others', () => {
    for (const one of [job, svg]) {
        assert.ok(drawn(one).equals(drawn(one)));
        assert.ok(!drawn(one).equals(drawn({ ...one, marks: [] })));
    }
});

test('the environment changes nothing', () => {
    const { bytes } = draw(job, { HOME: '/nonexistent', LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Tokyo', FONTCONFIG_FILE: '/nonexistent' });
    assert.ok(bytes.equals(drawn(job)));
});

test('whatever was measured can be drawn', () => {
    const one = (...list) => [{ name: 'x', samples: list }];
    const series = {
        none: [], empty: one(), single: one([at(3), 5, true]), lost: one([at(3), null, false]),
        constant: one([at(1), 7, true], [at(2), 7, true]), zero: one([at(1), 0, true], [at(2), 0, true]),
        negative: one([at(1), -7, true], [at(2), -3.5, false]), tiny: one([at(1), 1e-300, true], [at(2), 5e-324, true]), small: one([at(1), 1e-99, true]),
        vast: one([at(1), -1e99, true], [at(2), 1e99, true], [at(3), 1e308, true]),
        unordered: one([at(9), 1, true], [at(2), 2, false], [at(9), 3, true]), outside: one([0, 1, true], [at(200), 2, true]),
        four: ['a', 'b', '', 'd'.repeat(2000)].map((name) => ({ name, samples })),
    };
    for (const [name, list] of Object.entries(series)) {
        for (const [format, threshold] of [['png', null], ['svg', null], ['svg', -5], ['svg', 0], ['svg', 1e308]]) {
            const bytes = drawn({ ...job, format, threshold, series: list });
            assert.ok(bytes.length > 1000, name);
        }
    }
    for (const span of [1000, 59 * MINUTE, 1e9, 1e11, 4e12]) drawn({ ...svg, to: at(0) + span });
    drawn({ ...job, width: 300, height: 200, scale: 1 });
    drawn({ ...svg, title: '日本 🔥 \u202e\n\0', unit: 'x'.repeat(5000), marks: Array(40).fill({ at: at(5), text: 'm'.repeat(400) }) });
    elements(String(drawn({ ...svg, title: ']]>\u0001\ufffe', alt: '&amp;' })));
});

test('a line keeps its extremes however many samples there are', () => {
    const many = (peak) => ({ ...job, threshold: 4500, incident: null, series: [{ name: 'x', samples: Array.from({ length: 100_000 }, (_, i) => [at(0) + i * 60, i === 54_321 ? peak : 100, true]) }] });
    assert.ok(count(drawn(many(4000)), LINE) > count(drawn(many(100)), LINE) + 300);
});

test('a line goes on where checks come more often, and not over a silence', () => {
    const zigzag = (ms, i) => [ms, i % 2 ? 4000 : 100, true];
    const slow = Array.from({ length: 30 }, (_, i) => zigzag(at(i), i));
    const watched = Array.from({ length: 600 }, (_, i) => [at(30) + i * 5000, 100, true]);
    const inked = (list) => count(drawn({ ...job, threshold: 4500, incident: null, series: [{ name: 'x', samples: list }] }), LINE);
    const flat = inked(watched);
    assert.ok(inked([...slow, ...watched]) > flat + inked(slow) * 0.8);
    const later = slow.map(([ms, ...rest]) => [ms + 60 * MINUTE, ...rest]);
    assert.ok(inked([...slow.slice(0, 20), ...later]) < inked(slow.slice(0, 20)) + inked(later) + 100); // no line between
});

test('a bad job is refused in a sentence, with exit 2', () => {
    const series = (...list) => ({ ...job, series: [{ name: 'x', samples: list }] });
    const cases = [
        ['', /not JSON/], ['{', /not JSON/], ['[]', /not JSON/], ['{}x', /not JSON/], ['['.repeat(100_000), /not JSON/],
        [{}, /"format" is not "png" or "svg"/], [{ ...job, format: 'gif' }, /"format"/],
        [{ ...job, width: '600' }, /"width" is not a number from 300 to 2000/], [{ ...job, width: 1e9 }, /"width"/],
        [{ ...job, height: -1 }, /"height"/], [{ ...job, scale: 99 }, /"scale"/], [{ ...job, title: 7 }, /"title" is not a text/],
        [{ ...job, from: null }, /"from" is not a time/], [{ ...job, to: 1e300 }, /"to" is not a time/],
        [{ ...job, to: job.from }, /"to" is not a second after/], [{ ...job, threshold: '5' }, /"threshold" is not a number or null/],
        [{ ...job, incident: 7 }, /"from" is not a time/], [{ ...job, marks: {} }, /"marks" is not a list of at most 40/],
        [{ ...job, marks: Array(41).fill(job.marks[0]) }, /"marks"/], [{ ...job, marks: [null] }, /"at" is not a time/],
        [{ ...job, series: null }, /"series" is not a list of at most 4/], [{ ...job, series: Array(5).fill(job.series[0]) }, /"series"/],
        [{ ...job, series: [7] }, /"samples" is not a list/], [series(7), /"samples" is not a list of \[ms/],
        [series([at(1), 'x', true]), /"samples"/], [series([at(1), 1]), /"samples"/], [series([null, 1, true]), /"samples"/],
        [{ ...job, series: [{ name: 'x', gap: -1, samples: [] }] }, /"gap"/],
        [series(...Array(100_001).fill([at(1), 1, true])), /100001 samples in a series; 100000 are the most/],
    ];
    for (const [bad, words] of cases) {
        const { status, bytes } = draw(bad);
        assert.equal(status, 2, String(bytes).slice(0, 200));
        assert.match(String(bytes), words);
        assert.match(String(bytes), /^the job.*\n$/);
    }
    assert.match(String(draw(' '.repeat((32 << 20) + 1)).bytes), /cannot be read: over the limit/);
});
