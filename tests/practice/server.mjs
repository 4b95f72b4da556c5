// make practice: opsroom with a stand-in for Discord, in a browser. Prints the
// address and runs until it is stopped (Ctrl-C). $PRACTICE_PORT names a port.

import { PracticeRoom } from './room.mjs';

const room = await PracticeRoom.open({ directory: 'build/practice/room', port: Number(process.env.PRACTICE_PORT ?? 0) });
console.log(`The practice room is open: ${room.address}
Open it in a browser. Nothing leaves this computer; Ctrl-C ends it.
The record and the postmortems are in build/practice/room until the next start.
An alert, as a monitor sends it (with "state": "resolved" it is over):
  ${room.alertCommand}`);

let closing = false;
async function close(code) {
    if (closing) return;
    closing = true;
    await room.close();
    process.exit(code);
}
process.on('SIGINT', () => close(0));
process.on('SIGTERM', () => close(0));
room.bot.exited.then(({ code, signal }) => {
    if (closing) return;
    console.error(`The bot ended (${code ?? signal}). Its last words:\n${room.bot.log.split('\n').slice(-8).join('\n')}`);
    close(1);
});
