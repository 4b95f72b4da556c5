// One line that says what went wrong, until something else does or it is shut.

import { h, icon } from './dom.mjs';

const box = document.getElementById('notice');

export function notice(words) {
    box.hidden = !words;
    if (!words) return;
    box.replaceChildren(h('span', {}, words), h('button', { type: 'button', class: 'quiet icon-button', 'aria-label': 'Close this notice', onclick: () => notice(null) }, icon('close')));
}
