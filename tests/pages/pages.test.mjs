// The pages of the real incidents (written by tests/unit/test_pages.c) as other
// programs take them: markdownlint with the rules of an ordinary Hugo site, an
// independent YAML reader, and the HTML that cmark-gfm makes of them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';

import { lint } from 'markdownlint/sync';
import { parse } from 'yaml';

const folder = new URL('../golden/pages/', import.meta.url);
const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
// A golden file ends with a line end of its own.
const read = (name) => readFileSync(new URL(name, folder), 'utf8').slice(0, -1);
const replay = (name) => JSON.parse(readFileSync(new URL(`../replays/${name}.json`, import.meta.url), 'utf8'));
const replays = [...new Set(pages.map((name) => name.replace(/-(list|table|plain|public|public-plain)\.md$/, '')))];

// Lines are as long as people's sentences; a heading may come again elsewhere.
const rules = { default: true, MD013: false, MD024: { siblings_only: true } };

const split = (page) => /^---\n([^]*?)\n---\n([^]*)$/.exec(page)?.slice(1) ?? ['', page];

/** The page as a reader sees it: tags and comments taken off. */
function readersText(page) {
    const { stdout, status } = spawnSync('cmark-gfm', ['-e', 'table', '-e', 'autolink', '-e', 'strikethrough'], { input: split(page)[1], encoding: 'utf8' });
    assert.equal(status, 0);
    return stdout.replace(/<[^>]*>/g, '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

test('there is a page of each incident in each form', () => {
    assert.equal(replays.length, 3);
    assert.equal(pages.length, 15);
});

for (const name of pages) test(`${name}: markdownlint finds nothing`, () => {
    const found = lint({ strings: { [name]: read(name) }, config: rules })[name];
    assert.deepEqual(found.map(({ lineNumber, ruleNames, errorDetail }) => `${lineNumber} ${ruleNames[0]} ${errorDetail ?? ''}`), []);
});

test('markdownlint would find something', () => {
    const { page } = lint({ strings: { page: '# a\ntext\n```\nx\n```\n' }, config: rules });
    assert.ok(page.length > 0);
});

for (const name of replays) test(`${name}: every entry is on the page`, () => {
    const entries = replay(name).steps.filter(({ command, options }) => command === 'timeline add' && options.kind !== 'idea');
    for (const form of ['list', 'table', 'plain']) {
        const text = readersText(read(`${name}-${form}.md`));
        for (const { options, file } of entries) {
            assert.ok(text.includes(options.text), `${form}: ${options.text}`);
            if (file) assert.ok(text.includes(file.text), `${form}: ${file.text}`);
        }
    }
});

test('front matter is what was typed', () => {
    for (const name of pages) {
        const [front] = split(read(name));
        if (!front) continue;
        const replayed = replay(replays.find((one) => name.startsWith(one)));
        const { date, title, linkTitle, description, author, resources } = parse(front);
        const { options } = replayed.steps[0];
        assert.deepEqual([title, linkTitle, description], [options.title, options.title, options.impact]);
        assert.match(String(date), /^\d{4}-\d\d-\d\d$/);
        assert.equal(typeof author, 'string');
        assert.equal(resources[0].src, '**.{png,jpg,svg}');
    }
});

test('any title comes back from YAML as it was typed', () => {
    const titles = JSON.parse(read('titles.json'));
    assert.ok(titles.length > 30);
    for (const [typed, quoted] of titles) {
        assert.equal(parse(`title: ${quoted}\n`).title, typed);
        assert.equal(parse(`# opsroom:begin front\ntitle: ${quoted}\n# opsroom:end front\n`).title, typed);
    }
});

test('the public pages name nobody', () => {
    for (const name of pages.filter((one) => one.includes('public'))) {
        const people = replay(replays.find((one) => name.startsWith(one))).members;
        for (const person of people) assert.ok(!read(name).toLowerCase().includes(person), `${name} names ${person}`);
    }
});

test('each block is on a page once, and ends', () => {
    for (const name of pages) {
        const page = read(name);
        const begun = [...page.matchAll(/^(?:<!--|#) opsroom:begin ([a-z_-]+)(?: -->)?$/gm)].map(([, block]) => block);
        const ended = [...page.matchAll(/^(?:<!--|#) opsroom:end ([a-z_-]+)(?: -->)?$/gm)].map(([, block]) => block);
        assert.deepEqual(begun, ended);
        assert.equal(new Set(begun).size, begun.length);
        assert.ok(begun.length >= 5, name);
    }
});
