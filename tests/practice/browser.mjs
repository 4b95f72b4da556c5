// The practice room in headless Chromium, for tests and pictures: a Visit is one
// page that notes what the browser complains of and can be used by keyboard.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';

import { chromium } from 'playwright-core';

import { contrasts, nameless, tooWide } from './audit.mjs';
import { PracticeRoom } from './room.mjs';

const PATIENCE_MS = 15_000;
const MOST_TABS = 120;

const launch = () => chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Chromium's own sandbox does not work for root, as in a container.
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
});

/** Plays `play({room, visit})` with a room and a browser of their own; `visit(options)` opens a page. */
export async function withBrowser(options, play) {
    const room = await PracticeRoom.open(options);
    const browser = await launch();
    const visits = [];
    const visit = async (how) => {
        const one = await Visit.open(browser, room, how);
        visits.push(one);
        return one;
    };
    try {
        await play({ room, visit });
        for (const one of visits) assert.deepEqual(one.complaints, [], 'what the browser complained of');
        assert.deepEqual(room.standin.violations, []);
    } catch (error) {
        for (const [at, one] of visits.entries()) await one.shot(`failed-${at}`).catch(() => {});
        error.message += `\n--- the browser\n${visits.flatMap(({ complaints }) => complaints).join('\n')}\n--- the bot's log\n${room.bot.log?.slice(-3000) ?? ''}`;
        throw error;
    } finally {
        await browser.close();
        await room.close();
    }
}

class Visit {
    static async open(browser, room, { width = 1400, height = 900, scheme = 'light', as = 'nova', name = 'page', folder = 'build/practice', motion = 'reduce' } = {}) {
        const context = await browser.newContext({
            viewport: { width, height }, colorScheme: scheme, reducedMotion: motion, timezoneId: 'UTC', locale: 'en-GB', hasTouch: width < 600,
        });
        context.setDefaultTimeout(PATIENCE_MS);
        const visit = new Visit(await context.newPage(), { name, folder, room });
        await visit.page.goto(`${room.address}#as=${room.guild.memberNamed(as).id}`);
        await visit.sees('#room-title h1', 'general');
        return visit;
    }

    constructor(page, { name, folder, room }) {
        Object.assign(this, { page, name, folder, room });
        this.shots = 0;
        this.complaints = [];
        page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`); });
        page.on('pageerror', (error) => this.complaints.push(`thrown: ${error.message}`));
        page.on('request', (request) => { if (!request.url().startsWith(room.address) && !request.url().startsWith('data:')) this.complaints.push(`asked elsewhere: ${request.url()}`); });
    }

    at(selector, text) { return text === undefined ? this.page.locator(selector).first() : this.page.locator(selector, { hasText: text }).first(); }

    /** Waits until it is there to be seen. */
    async sees(selector, text) {
        const found = this.at(selector, text);
        await found.waitFor({ state: 'visible' });
        return found;
    }

    async gone(selector, text) { await this.at(selector, text).waitFor({ state: 'hidden' }); }

    press(key) { return this.page.keyboard.press(key); }
    type(text) { return this.page.keyboard.type(text); }

    /** What has the focus, as words. */
    focus() {
        return this.page.evaluate(() => {
            const { activeElement: now } = document;
            return `${now.tagName.toLowerCase()} ${now.getAttribute('aria-label') ?? now.textContent.trim().slice(0, 60)}`;
        });
    }

    /** Presses Tab until that has the focus, as a person without a mouse; each stop shows it. */
    async tabTo(selector, text, key = 'Tab') {
        const wanted = await this.sees(selector, text);
        for (let tabs = 0; tabs < MOST_TABS; tabs++) {
            // Looked for anew: it may be drawn anew meanwhile.
            if (await wanted.evaluate((element) => element === document.activeElement)) return wanted;
            await this.press(key);
            assert.ok(await this.#focusShows(), `the focus is visible on ${await this.focus()}`);
        }
        assert.fail(`no way by Tab to ${selector} ${text ?? ''}; at ${await this.focus()}`);
    }

    #focusShows() {
        return this.page.evaluate(() => {
            const { activeElement: now, body } = document;
            if (now === body || now === null) return true; // on its way round through the browser's own controls
            const shows = (element) => {
                const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
                return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
            };
            const box = now.getBoundingClientRect();
            const isOnScreen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0;
            return isOnScreen && (shows(now) || (now.id === 'line' && shows(now.parentElement)));
        });
    }

    /** Goes to a control and does it. */
    async push(selector, text) {
        await this.tabTo(selector, text);
        await this.press('Enter');
    }

    /** A picture, after looking the page over: nothing too wide, nameless or faint. */
    async shot(name) {
        mkdirSync(this.folder, { recursive: true });
        await this.page.evaluate(() => document.fonts.ready);
        await this.page.screenshot({ path: `${this.folder}/${this.name}-${String(++this.shots).padStart(2, '0')}-${name}.png` });
    }

    async looksRight(name) {
        await this.shot(name);
        assert.deepEqual(await this.page.evaluate(tooWide), [], `${name}: scrolls sideways`);
        assert.deepEqual(await this.page.evaluate(nameless), [], `${name}: without a name`);
        assert.deepEqual(await this.page.evaluate(contrasts), [], `${name}: too faint`);
    }
}
