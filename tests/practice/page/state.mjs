// What the page knows: who is playing, where, and what the server last said.
// The place is in the address, so that each tab may be somebody else.

const changed = new EventTarget();

export const state = {
    me: 'nova',
    room: null,       // id of the open room
    view: null,       // as view.mjs made it
    commands: { slash: [], onMessage: [], onMember: [] },
    seen: new Map(),  // "person room" -> id of the last message seen
};

export const onChange = (name, listener) => changed.addEventListener(name, () => listener(state));
const tell = (name) => changed.dispatchEvent(new Event(name));

let source = null;

function readPlace() {
    const place = new URLSearchParams(location.hash.slice(1));
    return { me: place.get('as') ?? 'nova', room: place.get('room') };
}

function writePlace() {
    const place = new URLSearchParams({ as: state.me, ...(state.room ? { room: state.room } : {}) });
    history.replaceState(null, '', `#${place}`);
    sessionStorage.setItem('opsroom-place', `#${place}`);
}

function listen() {
    source?.close();
    const query = new URLSearchParams({ as: state.me, ...(state.room ? { room: state.room } : {}) });
    source = new EventSource(`/events?${query}`);
    source.addEventListener('commands', ({ data }) => { state.commands = JSON.parse(data); tell('commands'); });
    source.addEventListener('view', ({ data }) => {
        state.view = JSON.parse(data);
        state.room = state.view.room?.id ?? null;
        writePlace();
        tell('view');
    });
    source.addEventListener('open', () => tell('online'));
    source.addEventListener('error', () => tell('offline'));
}

export function begin() {
    Object.assign(state, readPlace());
    addEventListener('hashchange', () => {
        const place = readPlace();
        if (place.me !== state.me || place.room !== state.room) move(place);
    });
    listen();
}

/** Another person, another room, or both. */
export function move({ me = state.me, room = state.room }) {
    Object.assign(state, { me, room });
    listen();
    tell('moved');
}

/** Does an act; rejects with words for the person. */
export async function act(name, body = {}) {
    const response = await fetch(`/act/${name}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ as: state.me, channel: state.room, ...body }),
    }).catch(() => { throw new Error('The practice room does not answer. Is it still running in the terminal?'); });
    const answer = await response.json();
    if (answer.error) throw new Error(answer.error);
    return answer;
}

/** Files chosen in a field, as an act carries them. */
export const fileData = (file) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, type: file.type, base64: String(reader.result).split(',')[1] ?? '' });
    reader.onerror = () => reject(new Error(`${file.name} cannot be read.`));
    reader.readAsDataURL(file);
});

export const member = (id) => state.view?.members.find((one) => one.id === id);
export const room = (id) => state.view?.channels.find((one) => one.id === id);
export const role = (id) => state.view?.roles.find((one) => one.id === id);
