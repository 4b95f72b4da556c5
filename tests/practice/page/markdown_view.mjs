// The tree of markdown.mjs as elements.

import { h, unseen } from './dom.mjs';
import { blocks } from './markdown.mjs';

const STYLES = {
    t: { hour: '2-digit', minute: '2-digit' },
    T: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
    d: { year: 'numeric', month: '2-digit', day: '2-digit' },
    D: { year: 'numeric', month: 'long', day: 'numeric' },
    f: { year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' },
    F: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', hour: '2-digit', minute: '2-digit' },
};
const UNITS = [['year', 31_557_600], ['month', 2_629_800], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];

function relative(at) {
    const seconds = Math.round((at - Date.now()) / 1000);
    const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
    return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.trunc(seconds / size), unit);
}

function timeText(at, style) {
    if (Number.isNaN(new Date(at).getTime())) return 'a time out of range';
    return style === 'R' ? relative(at) : new Date(at).toLocaleString('en-GB', { ...STYLES[style], hourCycle: 'h23' });
}

/** Relative times that are shown go on. */
export function keepTime() {
    setInterval(() => {
        for (const node of document.querySelectorAll('time[data-relative]')) node.textContent = relative(Number(node.dataset.relative));
    }, 10_000);
}

/** `names` knows members, roles and rooms: see state.mjs. */
export function markdown(text, names) {
    return h('div', { class: 'text' }, blocks(text).map((block) => blockView(block, names)));
}

function blockView(block, names) {
    const children = () => block.children.map((child) => inlineView(child, names));
    switch (block.type) {
    case 'pre': return h('pre', { tabindex: '0', 'aria-label': 'Code' }, h('code', {}, block.text));
    case 'quote': return h('blockquote', {}, block.children.map((child) => blockView(child, names)));
    case 'heading': return h('p', { class: `heading-${block.level}` }, children());
    case 'small': return h('p', { class: 'small' }, children());
    case 'list': return h(block.ordered ? 'ol' : 'ul', block.ordered ? { start: block.first } : {},
        block.items.map((item) => h('li', { class: `depth-${item.depth}` }, item.children.map((child) => inlineView(child, names)))));
    default: return h('p', {}, children());
    }
}

const TAGS = { bold: 'strong', italic: 'em', underline: 'u', strike: 's' };

function inlineView(node, names) {
    const children = () => node.children.map((child) => inlineView(child, names));
    switch (node.type) {
    case 'text': return node.text;
    case 'code': return h('code', {}, node.text);
    case 'link': return linkView(node.href, children(), names);
    case 'user': return h('span', { class: 'mention' }, `@${names.member(node.id)}`);
    case 'role': return h('span', { class: 'mention' }, `@${names.role(node.id)}`);
    case 'everyone': return h('span', { class: 'mention' }, node.text);
    case 'channel': return channelView(node.id, names);
    case 'command': return h('button', { type: 'button', class: 'mention', onclick: () => names.type(`/${node.name} `) }, `/${node.name}`);
    case 'time': return h('time', {
        datetime: isoOf(node.at), title: timeText(node.at, 'F'),
        ...(node.style === 'R' ? { 'data-relative': String(node.at) } : {}),
    }, timeText(node.at, node.style));
    case 'spoiler': return h('button', { type: 'button', class: 'spoiler', 'aria-expanded': 'false', onclick: reveal }, unseen('Hidden text: '), h('span', {}, children()));
    default: return h(TAGS[node.type], {}, children());
    }
}

const isoOf = (at) => { try { return new Date(at).toISOString(); } catch { return ''; } };

function reveal({ currentTarget }) { currentTarget.setAttribute('aria-expanded', 'true'); }

function channelView(id, names) {
    const room = names.room(id);
    if (!room) return h('span', { class: 'mention' }, '#no access');
    return h('button', { type: 'button', class: 'mention', onclick: () => names.open(id) }, `#${room.name}`);
}

/** A link into Discord leads to the message here. */
export function linkView(href, children, names) {
    const [, room, message] = /^https:\/\/discord\.com\/channels\/\d+\/(\d+)(?:\/(\d+))?$/.exec(href) ?? [];
    if (room && names.room(room)) {
        const shown = children.length === 1 && children[0] === href ? [`#${names.room(room).name}${message ? ' › message' : ''}`] : children;
        return h('button', { type: 'button', class: 'mention', onclick: () => names.open(room, message) }, shown);
    }
    return h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, children);
}
