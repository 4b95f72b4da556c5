// A context menu (ARIA menu button): arrows walk, Enter does, Esc shuts and puts
// the focus back.

import { h } from './dom.mjs';

let shut = null;

/**
 * `items`: [{label, act, danger}] or 'line'. `at` is an element, or a point
 * {x, y}; `back` gets the focus afterwards.
 */
export function openMenu({ label, items, at, back }) {
    shut?.();
    const menu = h('div', { class: 'menu', role: 'menu', 'aria-label': label, tabindex: '-1' });
    const close = (refocus = true) => {
        menu.remove();
        removeEventListener('pointerdown', outside, true);
        removeEventListener('resize', away);
        at.setAttribute?.('aria-expanded', 'false');
        shut = null;
        if (refocus) back?.focus();
    };
    const outside = (event) => { if (!menu.contains(event.target)) close(false); };
    const away = () => close(false);
    for (const item of items) {
        if (item.heading) { menu.append(h('div', { class: 'menu-heading', role: 'presentation' }, item.heading)); continue; }
        menu.append(h('button', {
            type: 'button', role: 'menuitem', tabindex: '-1', class: item.danger ? 'danger' : '',
            onclick: () => { close(); item.act(); },
        }, item.label));
    }
    const rows = () => [...menu.querySelectorAll('[role=menuitem]')];
    menu.addEventListener('keydown', (event) => {
        const all = rows();
        const now = all.indexOf(document.activeElement);
        const to = { ArrowDown: now + 1, ArrowUp: now < 0 ? all.length - 1 : now - 1, Home: 0, End: all.length - 1 }[event.key];
        if (to !== undefined) { event.preventDefault(); all[(to + all.length) % all.length]?.focus(); }
        else if (event.key === 'Escape' || event.key === 'Tab') { event.preventDefault(); event.stopPropagation(); close(); }
        else if (/^\S$/.test(event.key)) {
            const start = event.key.toLowerCase();
            [...all.slice(now + 1), ...all.slice(0, now + 1)].find((row) => row.textContent.toLowerCase().startsWith(start))?.focus();
        }
    });
    document.body.append(menu);
    place(menu, at);
    at.setAttribute?.('aria-expanded', 'true');
    rows()[0]?.focus();
    addEventListener('pointerdown', outside, true);
    addEventListener('resize', away);
    shut = close;
}

function place(menu, at) {
    const box = at.getBoundingClientRect?.() ?? { left: at.x, right: at.x, top: at.y, bottom: at.y };
    const { offsetWidth: width, offsetHeight: height } = menu;
    const left = at.getBoundingClientRect ? box.right - width : box.left;
    const below = box.bottom + 4 + height < innerHeight - 8;
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, below ? box.bottom + 4 : box.top - height - 4)}px`;
}
