// One row a command, on disk before it is answered.
import Database from 'better-sqlite3';

const database = new Database(process.env.BENCH_DATABASE);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(`CREATE TABLE IF NOT EXISTS entry (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, guild TEXT NOT NULL,
  author TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL)`);
const insert = database.prepare('INSERT INTO entry (at, guild, author, kind, text) VALUES (?, ?, ?, ?, ?)');

/** @returns {number|bigint} the entry's number */
export function keep(guild, author, kind, text) {
  return insert.run(Date.now(), guild, author, kind, text).lastInsertRowid;
}
