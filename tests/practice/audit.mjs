// What a look over a page finds wrong. Each function runs in the page, alone,
// and gives a list of words; an empty one is good.

/** Elements that make the page scroll sideways. */
export function tooWide() {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, the window ${clientWidth}`] : [];
    const isCut = (element) => {
        const { right, left, width } = element.getBoundingClientRect();
        const { visibility, position } = getComputedStyle(element);
        return width > 1 && visibility === 'visible' && position !== 'fixed' && (right > innerWidth + 1 || left < -1);
    };
    const inScroller = (element) => element.closest('pre, table, [hidden], .side, .skip') !== null;
    for (const element of document.body.querySelectorAll('*')) {
        if (isCut(element) && !inScroller(element)) wide.push(`${element.tagName.toLowerCase()}.${element.className} sticks out: ${element.textContent.trim().slice(0, 40)}`);
    }
    return wide.slice(0, 5);
}

/** Controls without a name, pictures without a text, ids that are there twice. */
export function nameless() {
    const found = [];
    const textOf = (ids) => ids.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
    const nameOf = (element) => element.getAttribute('aria-label')?.trim()
        || (element.getAttribute('aria-labelledby') && textOf(element.getAttribute('aria-labelledby')))
        || [...element.labels ?? []].map((label) => label.textContent.trim()).join(' ')
        || (['BUTTON', 'A'].includes(element.tagName) || element.getAttribute('role') ? element.textContent.trim() : '');
    const shown = (element) => element.checkVisibility({ visibilityProperty: true });
    for (const element of document.querySelectorAll('button, a[href], input, select, textarea, dialog, [role=listbox], [role=menu], [role=option], [tabindex="0"]')) {
        if (shown(element) && element.getAttribute('aria-hidden') !== 'true' && !nameOf(element)) found.push(`no name: ${element.outerHTML.slice(0, 120)}`);
    }
    for (const element of document.querySelectorAll('img:not([alt])')) found.push(`no alt: ${element.outerHTML.slice(0, 120)}`);
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) found.push(`id twice: ${id}`);
    for (const attribute of ['aria-controls', 'aria-activedescendant', 'aria-describedby', 'aria-labelledby']) {
        for (const element of document.querySelectorAll(`[${attribute}]`)) {
            const lost = element.getAttribute(attribute).split(' ').filter((id) => !document.getElementById(id));
            if (lost.length) found.push(`${attribute} names nothing: ${lost}`);
        }
    }
    return found;
}

/** Text whose contrast to what is behind it is below 4.5 (WCAG 2.2, 1.4.3). */
export function contrasts() {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const known = new Map();
    const rgba = (color) => {
        if (!known.has(color)) {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = color;
            canvas.fillRect(0, 0, 1, 1);
            known.set(color, [...canvas.getImageData(0, 0, 1, 1).data]);
        }
        return known.get(color);
    };
    const luminance = ([red, green, blue]) => {
        const [r, g, b] = [red, green, blue].map((value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const color = rgba(getComputedStyle(one).backgroundColor);
            if (color[3] === 255) return color;
        }
        return rgba('white');
    };
    const dialog = document.querySelector('dialog[open]');
    const walker = document.createTreeWalker(dialog ?? document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const element = text.parentElement;
        if (!text.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest(':disabled, .unseen, .spoiler, noscript')) continue;
        const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(2)}: ${element.tagName.toLowerCase()}.${element.className} "${text.data.trim().slice(0, 30)}"`);
    }
    return [...new Set(found)].slice(0, 8);
}
