// Small helpers to build elements. Text is always set as text, never as HTML.

export function h(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
        if (value === undefined || value === null || value === false) continue;
        if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
        else if (key === 'value') node.value = value;
        else if (key === 'dataset') Object.assign(node.dataset, value);
        else node.setAttribute(key === 'class' ? 'class' : key, value === true ? '' : value);
    }
    node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

const ICONS = {
    hash: 'M7 3 5.5 17M14 3l-1.5 14M3.5 7.5h14M2.5 12.5h14',
    lock: 'M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9',
    eye: 'M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.500 15.5 10 15.500 1.5 10 1.500 10zM10 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
    file: 'M5 2.500h7l3.500 3.500v11.500H5zM12 2.500V6h3.500',
    menu: 'M3 5.500h14M3 10h14M3 14.500h14',
    people: 'M7.500 9.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM1.500 17c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500M13.500 3.800a3 3 0 0 1 0 5.400M15 11.800c2.200.6 3.500 2.400 3.500 5.200',
    more: 'M4 9.5v1M10 9.5v1M16 9.5v1',
    close: 'M5 5l10 10M15 5 5 15',
    plus: 'M10 4v12M4 10h12',
    send: 'M3 10 17 3.500 13 17l-3.500-5.500zM9.500 11.500 17 3.500',
    pin: 'M7 3h6M8 3v5l-2.500 3h9L12 8V3M10 11v6',
    sun: 'M10 13.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM10 1.500v2M10 16.500v2M1.500 10h2M16.500 10h2M4 4l1.400 1.400M14.600 14.600 16 16M16 4l-1.400 1.400M5.400 14.600 4 16',
    moon: 'M16.500 12A7 7 0 0 1 8 3.500 7 7 0 1 0 16.500 12z',
    auto: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 3v14',
    book: 'M4 3.500h9.500a2 2 0 0 1 2 2v11H6a2 2 0 0 1-2-2zM4 14.500a2 2 0 0 1 2-2h9.500',
};

/** A decorative icon: whatever it says is said in words, too. */
export function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    for (const [key, value] of Object.entries({ viewBox: '0 0 20 20', class: 'icon', 'aria-hidden': 'true', focusable: 'false' })) svg.setAttribute(key, value);
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', ICONS[name]);
    svg.append(path);
    return svg;
}

let ids = 0;
export const newId = (what) => `${what}-${++ids}`;

/** Says something to people who hear the page. */
export function announce(text) {
    const live = document.getElementById('live');
    live.textContent = live.textContent === text ? `${text}\u00a0` : text;
}

export const unseen = (text) => h('span', { class: 'unseen' }, text);

const hue = (name) => `hue-${[...name].reduce((sum, letter) => (sum * 17 + letter.charCodeAt(0)) % 9973, 7) % 6}`;

/** A person's or the bot's sign beside their name. */
export const avatar = ({ name, bot }) => h('span', { class: `avatar ${bot ? 'robot' : hue(name)}`, 'aria-hidden': 'true' }, bot ? icon('menu') : name.slice(0, 1).toUpperCase());

/** A short time of day as the reader's clock shows it. */
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
