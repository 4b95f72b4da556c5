// Discord's markdown, as the practice room reads it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { blocks, inline, words } from './page/markdown.mjs';

const text = (words) => ({ type: 'text', text: words });
const styled = (type, ...children) => ({ type, children: children.map((one) => (typeof one === 'string' ? text(one) : one)) });
const link = (href, shown = href) => ({ type: 'link', href, children: [text(shown)] });

const INLINE = [
    ['plain words, and nothing else', [text('plain words, and nothing else')]],
    ['**SEV1** _now_ *too* ~~no~~ __under__', [styled('bold', 'SEV1'), text(' '), styled('italic', 'now'), text(' '), styled('italic', 'too'), text(' '), styled('strike', 'no'), text(' '), styled('underline', 'under')]],
    ['**bold with *both* inside**', [styled('bold', 'bold with ', styled('italic', 'both'), ' inside')]],
    ['snake_case_name stays', [text('snake_case_name stays')]],
    ['\\*not\\* \\_this\\_ \\`nor\\` \\<@1\\>', [text('*not* _this_ `nor` <@1>')]],
    ['`a *b* <@1>` and ``c`d``', [{ type: 'code', text: 'a *b* <@1>' }, text(' and '), { type: 'code', text: 'c`d' }]],
    ['<@1> <@!2> <@&3> <#4>', [{ type: 'user', id: '1' }, text(' '), { type: 'user', id: '2' }, text(' '), { type: 'role', id: '3' }, text(' '), { type: 'channel', id: '4' }]],
    ['(<t:1670957820:R>)', [text('('), { type: 'time', at: 1670957820000, style: 'R' }, text(')')]],
    ['<t:1670957820>', [{ type: 'time', at: 1670957820000, style: 'f' }]],
    ['</timeline add:77>', [{ type: 'command', name: 'timeline add' }]],
    ['see https://a.example/x_y_z?b=1&c=*2. Then', [text('see '), link('https://a.example/x_y_z?b=1&c=*2'), text('. Then')]],
    ['<https://a.example/a_b_c>', [link('https://a.example/a_b_c')]],
    ['[the *page*](https://a.example)', [{ type: 'link', href: 'https://a.example', children: [text('the '), styled('italic', 'page')] }]],
    ['[no](javascript:alert(1))', [text('[no](javascript:alert(1))')]],
    ['||hidden||', [styled('spoiler', 'hidden')]],
    ['@everyone and @\u200beveryone', [{ type: 'everyone', text: '@everyone' }, text(' and @\u200beveryone')]],
    ['**never closed', [text('**never closed')]],
    ['<script>alert(1)</script>', [text('<script>alert(1)</script>')]],
];

for (const [source, expected] of INLINE) test(`inline: ${source}`, () => assert.deepEqual(inline(source), expected));

test('blocks: fences, quotes, lists, headings and small print', () => {
    const found = blocks('# Title\nWords\nmore\n> said\n> twice\n```sh\n$ a *b*\n```\n- one\n  - two\n-# #7 · stays here');
    assert.deepEqual(found.map(({ type }) => type), ['heading', 'lines', 'quote', 'pre', 'list', 'small']);
    assert.deepEqual(found[3], { type: 'pre', language: 'sh', text: '$ a *b*' });
    assert.deepEqual(found[2].children, [{ type: 'lines', children: [text('said\ntwice')] }]);
    assert.deepEqual(found[4].items.map(({ depth }) => depth), [0, 1]);
});

test('a line set in below a list item belongs to it', () => {
    const [list, after] = blocks('- **#6** quill\n  Alert on 403\n- two\nafter');
    assert.deepEqual(list.items.map(({ children }) => children.at(-1).text), [' quill\nAlert on 403', 'two']);
    assert.equal(after.type, 'lines');
});

test('a fence on one line, and one that is never closed', () => {
    assert.deepEqual(blocks('a ```b``` c').map(({ type }) => type), ['lines', 'pre', 'lines']);
    assert.deepEqual(blocks('a ```b').map(({ type }) => type), ['lines']);
});

test('words: no markup is left', () => {
    assert.equal(words('***both***'), 'both');
    assert.equal(words('**10:06 UTC** · **note** · nova: `disk` full\n-# #7'), '10:06 UTC · note · nova: disk full #7');
});

test('long runs of marks come to an end', () => {
    for (const mark of ['*', '_', '`', '|', '~', '\\', '[', '<', '**a', '_a ', '[a](']) {
        const source = mark.repeat(1000);
        assert.ok(blocks(source).length > 0, mark);
    }
});
