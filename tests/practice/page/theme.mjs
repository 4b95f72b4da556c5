// Light or dark: the system's choice until somebody chooses.

const KEY = 'opsroom-theme';
const ORDER = ['system', 'light', 'dark'];

const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };

export const theme = () => (ORDER.includes(stored()) ? stored() : 'system');

function apply() {
    const { dataset } = document.documentElement;
    if (theme() === 'system') delete dataset.theme;
    else dataset.theme = theme();
}

export function nextTheme() {
    const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length];
    try { localStorage.setItem(KEY, next); } catch { /* private window: for this page only */ }
    apply();
    return next;
}

apply();

// On a postmortem's page: back to the room it was opened from.
const back = document.getElementById('back');
const hash = sessionStorage.getItem('opsroom-place');
if (back && hash) back.href = `/${hash}`;
