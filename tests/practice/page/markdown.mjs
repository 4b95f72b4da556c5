// Discord's markdown as a tree: no DOM here, so that it is tested without a
// browser. markdown_view.mjs makes elements of it.
//
// Blocks: {type: 'pre' | 'quote' | 'heading' | 'small' | 'list' | 'lines', …}.
// Inline: {type: 'text', text}, 'bold' … with children, 'code', 'link', 'user',
// 'role', 'channel', 'time', 'command', 'everyone'.

const FENCE = /(?<!\\)```(?:([\w+#.-]+)\n)?\n?([\s\S]*?)```/;

export function blocks(text) {
    const parts = [];
    let rest = text;
    for (let match = FENCE.exec(rest); match && match[2].trim(); match = FENCE.exec(rest)) {
        parts.push(...lineBlocks(rest.slice(0, match.index).replace(/\n$/, '')));
        parts.push({ type: 'pre', language: match[1] ?? '', text: match[2].replace(/\n$/, '') });
        rest = rest.slice(match.index + match[0].length).replace(/^\n/, '');
    }
    parts.push(...lineBlocks(rest));
    return parts;
}

const ITEM = /^( *)(?:([-*])|(\d+)\.) +(.*)$/;

function lineBlocks(text) {
    if (text === '') return [];
    const found = [];
    const lines = text.split('\n');
    for (let at = 0; at < lines.length; at++) {
        const line = lines[at];
        if (line.startsWith('>>> ')) {
            found.push({ type: 'quote', children: blocks([line.slice(4), ...lines.slice(at + 1)].join('\n')) });
            break;
        }
        const simple = singleLine(line);
        const last = found.at(-1);
        if (/^> |^>$/.test(line)) {
            const inner = line.slice(2);
            if (last?.type === 'quote') last.text += `\n${inner}`;
            else found.push({ type: 'quote', text: inner });
        } else if (simple) found.push(simple);
        else if (ITEM.test(line)) {
            const [, indent, , number, words] = ITEM.exec(line);
            const item = { depth: Math.min(3, Math.floor(indent.length / 2)), text: words };
            if (last?.type === 'list') last.items.push(item);
            else found.push({ type: 'list', ordered: Boolean(number), first: Number(number ?? 1), items: [item] });
        } else if (last?.type === 'list' && /^ {2,}\S/.test(line)) last.items.at(-1).text += `\n${line.trimStart()}`;
        else if (last?.type === 'lines') last.text += `\n${line}`;
        else found.push({ type: 'lines', text: line });
    }
    return found.map(finished);
}

function singleLine(line) {
    const heading = /^(#{1,3}) +(.*)$/.exec(line);
    if (heading) return { type: 'heading', level: heading[1].length, children: inline(heading[2]) };
    const small = /^-# +(.*)$/.exec(line);
    return small && { type: 'small', children: inline(small[1]) };
}

function finished(block) {
    if (block.type === 'quote' && block.text !== undefined) return { type: 'quote', children: blocks(block.text) };
    if (block.type === 'list') return { ...block, items: block.items.map(({ depth, text }) => ({ depth, children: inline(text) })) };
    return block.type === 'lines' ? { type: 'lines', children: inline(block.text) } : block;
}

// Each rule: what it looks like at the start of the rest, and what it becomes.
const RULES = [
    [/^\\([^\p{L}\p{N}\s])/u, (match) => ({ type: 'text', text: match[1] })],
    [/^(`+)([\s\S]*?[^`])\1(?!`)/, (match) => ({ type: 'code', text: match[1].length > 1 ? match[2].trim() : match[2] })],
    [/^<@!?(\d+)>/, (match) => ({ type: 'user', id: match[1] })],
    [/^<@&(\d+)>/, (match) => ({ type: 'role', id: match[1] })],
    [/^<#(\d+)>/, (match) => ({ type: 'channel', id: match[1] })],
    [/^<t:(-?\d{1,13})(?::([tTdDfFR]))?>/, (match) => ({ type: 'time', at: Number(match[1]) * 1000, style: match[2] ?? 'f' })],
    [/^<\/([^:>\n]{1,100}):(\d+)>/, (match) => ({ type: 'command', name: match[1] })],
    [/^<(https?:\/\/[^\s<>]+)>/, (match) => link(match[1], match[1])],
    [/^\[((?:\\.|[^[\]\\])+)\]\((?:<(https?:\/\/[^\s<>]+)>|(https?:\/\/[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*))\)/, (match) => link(match[2] ?? match[3], match[1])],
    [/^https?:\/\/[^\s<>]*[^\s<>.,:;"'\])*_~|\\]/, (match) => link(match[0], match[0])],
    [/^@(everyone|here)\b/, (match) => ({ type: 'everyone', text: match[0] })],
    [/^\|\|((?:\\[\s\S]|[^\\])+?)\|\|/, (match) => nested('spoiler', match)],
    [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, (match) => nested('bold', match)],
    [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, (match) => nested('underline', match)],
    [/^~~((?:\\[\s\S]|[^\\])+?)~~/, (match) => nested('strike', match)],
    [/^\*(?!\s)((?:\\[\s\S]|\*\*|[^\\*])+?)\*(?!\*)/, (match) => nested('italic', match)],
    [/^_((?:\\[\s\S]|__|[^\\_])+?)_(?![\p{L}\p{N}_])/u, (match) => nested('italic', match)],
];
const nested = (type, match) => ({ type, children: inline(match[1]) });
const link = (href, text) => ({ type: 'link', href, children: text === href ? [{ type: 'text', text }] : inline(text) });
const PLAIN = /^(?:[\p{L}\p{N}\p{M} ,;!?'"()+=%]+?(?=https?:\/\/)|[\p{L}\p{N}\p{M} ,;!?'"()+=%]+)/u;

export function inline(text) {
    const found = [];
    const add = (words) => {
        const last = found.at(-1);
        if (last?.type === 'text') last.text += words;
        else found.push({ type: 'text', text: words });
    };
    for (let rest = text; rest;) {
        const matched = firstRule(rest, text[text.length - rest.length - 1]);
        if (matched) {
            const [length, node] = matched;
            if (node.type === 'text') add(node.text);
            else found.push(node);
            rest = rest.slice(length);
            continue;
        }
        const plain = PLAIN.exec(rest)?.[0] || String.fromCodePoint(rest.codePointAt(0));
        add(plain);
        rest = rest.slice(plain.length);
    }
    return found;
}

function firstRule(rest, before) {
    if (rest[0] === '_' && rest[1] !== '_' && /[\p{L}\p{N}]/u.test(before ?? '')) return null;
    for (const [pattern, make] of RULES) {
        const match = pattern.exec(rest);
        if (match) return [match[0].length, make(match)];
    }
    return null;
}

/** The words of a tree, for a place that shows no markup. */
export function words(text) {
    const say = (node) => {
        if (node.children) return node.children.map(say).join('');
        if (node.items) return node.items.map((item) => item.children.map(say).join('')).join(' ');
        return node.text ?? '';
    };
    return blocks(text ?? '').map(say).join(' ').replace(/\s+/g, ' ').trim();
}
