// What the practice room's bot watches: a small web page that people can break,
// and a monitor that reports what it is told to.

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

const MONITOR = 'monitor';

export class Forum {
    static async open() {
        const forum = new Forum();
        await new Promise((resolve, reject) => { forum.server.once('error', reject).listen(0, '127.0.0.1', resolve); });
        return forum;
    }

    constructor() {
        this.isBroken = false;
        this.secret = randomBytes(12).toString('hex');
        this.server = http.createServer((request, response) => {
            response.writeHead(this.isBroken ? 502 : 200, { 'content-type': 'text/plain' });
            response.end(this.isBroken ? 'The database does not answer.\n' : 'Welcome to the forum.\n');
        });
    }

    get address() { return `http://127.0.0.1:${this.server.address().port}/`; }

    /** The bot, which will look at the page and listen to the monitor. */
    watchedBy(bot) {
        const file = join(bot.directory, 'monitor.secret');
        writeFileSync(file, `${this.secret}\n`, { mode: 0o600 });
        bot.settle({
            service: [
                { name: 'forum', owner: 'marlow', runbook: 'https://example.org/runbooks/forum', depends_on: ['database'] },
                { name: 'database', owner: 'quill' },
            ],
            probe: [{ name: 'forum front page', kind: 'http', target: this.address, service: 'forum', interval_s: 2, timeout_s: 1 }],
            alert: [{ name: MONITOR, form: 'generic', secret_file: file, key_path: 'title', title_path: 'title', service_path: 'service', state_path: 'state' }],
        });
        return bot;
    }

    /** What to type in a terminal, so that the monitor reports something. */
    alertCommand(bot) {
        const [, listener] = /event=listening address=(\S+)/.exec(bot.log) ?? [];
        return `curl -H 'Authorization: Bearer ${this.secret}' -d '{"title": "Disk is full", "service": "database"}' http://${listener}/alerts/${MONITOR}`;
    }

    close() {
        return new Promise((resolve) => { this.server.close(resolve); this.server.closeAllConnections?.(); });
    }
}
