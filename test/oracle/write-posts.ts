/**
 * `tsx test/oracle/write-posts.ts POSTS SEED FOLDER [rows]`: generated posts, and what the oracle makes of them, for tests
 * in other languages. Writes `<feed>.jsonl`, the source rows in order, `answers.json`, and with `rows` also
 * `<feed>.clean.jsonl`, the cleaned rows.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FEED_NAMES } from '../../services/contract';
import { generatePosts } from '../../services/source/generator';
import { oracleAnswers } from './answers';
import { cleanAll, cleanGeo, cleanPin, cleanUser, type RawRow } from './clean';

/** Lines that are written at a time. */
const CHUNK = 10_000;

function writeLines(file: string, rows: Iterable<object>): void {
  const output = openSync(file, 'w');
  let lines: string[] = [];
  const flush = (): void => {
    writeSync(output, lines.map((line) => `${line}\n`).join(''));
    lines = [];
  };
  for (const row of rows) if (lines.push(JSON.stringify(row)) === CHUNK) flush();
  flush();
  closeSync(output);
}

function main(posts: number, seed: number, folder: string, withRows: boolean): void {
  const source: Record<(typeof FEED_NAMES)[number], RawRow[]> = { pin: [], geo: [], user: [] };
  for (const post of generatePosts({ seed, from: 0, to: posts })) {
    for (const feed of FEED_NAMES) source[feed].push({ ...post[feed] });
  }
  for (const feed of FEED_NAMES) writeLines(join(folder, `${feed}.jsonl`), source[feed]);
  writeFileSync(join(folder, 'answers.json'), JSON.stringify(oracleAnswers(source)));
  if (!withRows) return;
  writeLines(join(folder, 'pin.clean.jsonl'), cleanAll(source.pin, cleanPin).rows.values());
  writeLines(join(folder, 'geo.clean.jsonl'), cleanAll(source.geo, cleanGeo).rows.values());
  writeLines(join(folder, 'user.clean.jsonl'), cleanAll(source.user, cleanUser).rows.values());
}

const [posts, seed, folder, rows] = process.argv.slice(2);
if (folder === undefined) throw new Error('Expected: write-posts.ts POSTS SEED FOLDER [rows]');
main(Number(posts), Number(seed), folder, rows === 'rows');
