// A text field that offers things while one types (ARIA combobox with a list).
// The field keeps the focus; arrows walk the list, Enter or Tab takes, Esc shuts.

import { announce, h, newId } from './dom.mjs';

const MOST_HIGH = 330; // px

export class Combobox {
    /**
     * `suggest(text)` gives, or promises, [{label, note, …}]; `pick(item)` is
     * told of the one taken. `idle`: offers stand before anything is typed, and
     * nothing is chosen until an arrow is pressed. The list is as wide as `anchor`.
     */
    constructor(input, { label, suggest, pick, anchor = input, idle = false, wait = 0 }) {
        Object.assign(this, { input, suggest, pick, anchor, idle, wait });
        this.items = [];
        this.active = -1;
        this.turn = 0;
        this.list = h('ul', { id: newId('list'), class: 'offers', role: 'listbox', 'aria-label': label, hidden: true });
        for (const [key, value] of Object.entries({
            role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': this.list.id, autocomplete: 'off', spellcheck: 'false',
        })) input.setAttribute(key, value);
        input.addEventListener('input', () => this.ask());
        input.addEventListener('keydown', (event) => this.#key(event));
        input.addEventListener('blur', () => this.close());
        if (idle) input.addEventListener('focus', () => this.ask());
        // What moves the field leaves the list behind.
        addEventListener('resize', () => this.close());
        document.addEventListener('scroll', ({ target }) => { if (this.open && target !== this.list && target.contains?.(input)) this.#place(); }, { capture: true, passive: true });
        // A press in the list must not take the focus from the field.
        this.list.addEventListener('mousedown', (event) => event.preventDefault());
        this.list.addEventListener('click', (event) => {
            const row = event.target.closest('[role=option]');
            if (row) this.#take(Number(row.dataset.at));
        });
    }

    get open() { return !this.list.hidden; }

    async ask() {
        const turn = ++this.turn;
        if (this.wait) await new Promise((resolve) => { setTimeout(resolve, this.wait); });
        if (turn !== this.turn) return;
        const items = await Promise.resolve(this.suggest(this.input.value)).catch(() => []);
        if (turn !== this.turn || document.activeElement !== this.input) return;
        this.show(items);
    }

    show(items) {
        const marked = this.items[this.active]?.label;
        this.items = items;
        this.list.replaceChildren(...items.map((item, at) => h('li', {
            role: 'option', id: `${this.list.id}-${at}`, 'data-at': String(at), 'aria-selected': 'false',
        }, h('span', { class: 'offer-label' }, item.label), item.note && h('span', { class: 'offer-note' }, item.note))));
        this.list.hidden = items.length === 0;
        this.input.setAttribute('aria-expanded', String(items.length > 0));
        if (items.length) this.#place();
        // What was walked to stays marked when offers come late.
        const again = this.idle ? items.findIndex(({ label }) => label === marked) : 0;
        this.#mark(items.length ? again : -1);
        if (items.length) announce(`${items.length} ${items.length === 1 ? 'offer' : 'offers'}`);
    }

    /** Above the field, where the page has room; below it where there is more. */
    #place() {
        const { left, width, top, bottom } = this.anchor.getBoundingClientRect();
        const above = top - 12;
        const below = innerHeight - bottom - 12;
        const isAbove = above >= MOST_HIGH || above >= below;
        Object.assign(this.list.style, {
            left: `${left}px`, width: `${width}px`, maxHeight: `${Math.min(MOST_HIGH, isAbove ? above : below)}px`,
            top: isAbove ? 'auto' : `${bottom + 6}px`, bottom: isAbove ? `${innerHeight - top + 6}px` : 'auto',
        });
    }

    close() {
        if (!this.open && !this.items.length) { this.turn++; return; }
        this.turn++;
        this.show([]);
    }

    #mark(at) {
        this.active = at;
        [...this.list.children].forEach((row, index) => row.setAttribute('aria-selected', String(index === at)));
        if (at < 0) { this.input.removeAttribute('aria-activedescendant'); return; }
        const row = this.list.children[at];
        this.input.setAttribute('aria-activedescendant', row.id);
        row.scrollIntoView({ block: 'nearest' });
    }

    #take(at) {
        const item = this.items[at];
        this.close();
        this.pick(item);
    }

    #key(event) {
        if (event.isComposing) return;
        const { key } = event;
        if (!this.open) {
            if (key === 'ArrowDown' && this.input.value === '' && this.idle) { event.preventDefault(); this.ask(); }
            return;
        }
        const step = { ArrowDown: 1, ArrowUp: -1 }[key];
        if (step) {
            event.preventDefault();
            const { length } = this.items;
            this.#mark(this.active < 0 ? (step > 0 ? 0 : length - 1) : (this.active + step + length) % length);
        } else if ((key === 'Enter' || (key === 'Tab' && !event.shiftKey)) && this.active >= 0) {
            event.preventDefault();
            event.stopPropagation();
            this.#take(this.active);
        } else if (key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            this.close();
        }
    }
}
