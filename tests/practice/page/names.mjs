// What markdown needs to name people and rooms, and where its links lead.

import { member, move, role, room } from './state.mjs';

export const names = {
    member: (id) => member(id)?.name ?? 'unknown',
    role: (id) => role(id)?.name.replace(/^@/, '') ?? 'unknown',
    room,
    /** Set by app.mjs: shows a message once its room is open. */
    open: (id) => move({ room: id }),
    type: () => {},
};
