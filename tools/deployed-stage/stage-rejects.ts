/** `rejects --stage`: what is in the stage's quarantine, by Athena. */
import type { FeedName } from '../../services/contract';
import type { StageAws } from '../pipeline/deployment';
import type { Rejects } from '../pipeline/flow';
import type { Control } from '../pipeline/pipeline';
import type { QueryValue } from '../pipeline/query';
import { queryOnStage } from './stage-query';

const NEWEST = 20;
/** Reasons name bytes and values, so that there may be as many as rejects. */
const MOST_REASONS = 500;
const MOST_CHARACTERS = 100_000;
const PATH = "CASE source WHEN 'stream' THEN 'stream' ELSE 'batch' END AS path";

const text = (value: QueryValue | undefined): string => String(value ?? '');
const textOrNull = (value: QueryValue | undefined): string | null =>
  value === undefined || value === null ? null : String(value);
const feedOf = (value: QueryValue | undefined): FeedName | 'dead-letters' => text(value) as FeedName;
const pathOf = (value: QueryValue | undefined): 'batch' | 'stream' => (value === 'stream' ? value : 'batch');

/**
 * The quarantine's counts and newest rows; dead-letter records are in it after the next daily batch.
 *
 * @param newest how many rows; 20 by default.
 * @param pauseMs between two looks at a query, in milliseconds.
 * @throws Error with Athena's own reason when a query fails.
 */
export async function rejectsOnStage(
  stage: StageAws,
  newest: number = NEWEST,
  control: Control,
  pauseMs?: number,
): Promise<Rejects> {
  const ask = (sql: string, maxRows: number) => queryOnStage(stage, { sql, maxRows }, control, pauseMs);
  const counts = await ask(
    `SELECT feed, ${PATH}, reason, count(*) AS refused FROM quarantine GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT ${MOST_REASONS}`,
    MOST_REASONS,
  );
  const rows = await ask(
    `SELECT feed, ${PATH}, reason, position, substr(raw_text, 1, ${MOST_CHARACTERS}) AS raw, date_format(quarantined_at, '%Y-%m-%dT%H:%i:%s.%fZ') AS at FROM quarantine ORDER BY quarantined_at DESC, position DESC LIMIT ${newest}`,
    newest,
  );
  return {
    counts: counts.rows.map(([feed, path, reason, refused]) => ({
      feed: feedOf(feed),
      path: pathOf(path),
      reason: text(reason),
      rows: Number(refused),
    })),
    newest: rows.rows.map(([feed, path, reason, position, raw, time]) => ({
      feed: feedOf(feed),
      path: pathOf(path),
      reason: text(reason),
      position: text(position),
      raw: textOrNull(raw),
      time: textOrNull(time),
    })),
  };
}
