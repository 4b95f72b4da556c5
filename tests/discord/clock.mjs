// Time and ids. Every time rule of the stand-in asks this clock, so that tests
// step it instead of sleeping.

const EPOCH_MS = 1420070400000; // Reference, Snowflakes: 2015-01-01T00:00:00Z

export function realClock() {
    return {
        now: () => Date.now(),
        after(ms, run) {
            const timer = setTimeout(run, ms);
            timer.unref();
            return () => clearTimeout(timer);
        },
    };
}

/** A clock that stands still until advance(ms); what falls due runs in order. */
export function virtualClock(start = Date.UTC(2026, 0, 5, 12)) {
    let now = start;
    let timers = [];
    return {
        now: () => now,
        after(ms, run) {
            const timer = { at: now + ms, run };
            timers.push(timer);
            return () => { timers = timers.filter((other) => other !== timer); };
        },
        advance(ms) {
            const end = now + ms;
            for (;;) {
                const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
                if (!due) break;
                timers = timers.filter((other) => other !== due);
                now = Math.max(now, due.at);
                due.run();
            }
            now = end;
        },
    };
}

/** Snowflakes that grow, also within one millisecond. */
export function idMaker(clock) {
    let lastMs = 0;
    let count = 0;
    return () => {
        const ms = Math.max(clock.now(), lastMs);
        count = ms === lastMs ? count + 1 : 0;
        lastMs = ms;
        return String((BigInt(ms - EPOCH_MS) << 22n) | BigInt(count));
    };
}

const idTime = (id) => Number(BigInt(id) >> 22n) + EPOCH_MS;

/** API timestamps: ISO 8601, microseconds, offset (Reference, ISO8601). */
export const timestamp = (ms) => new Date(ms).toISOString().replace(/(\.\d{3})Z$/, '$1000+00:00');
