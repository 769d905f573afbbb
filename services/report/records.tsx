/** Whether every record is stored, and once; where the records are, how new the tables, and what was refused. */
import type { JSX } from 'preact';
import { fullNumber } from '../charts/answer';
import type { Counts, ReportData, ReportFacts } from './data';
import { moment } from './moment';

/** Sentences on what is wrong that are shown; the reconciliation has them all. */
const MOST_FINDINGS = 20;

/** Of {@link Verdict}. */
export interface VerdictProps {
  readonly facts: ReportData['facts'];
  /** ISO 8601; null without answers. */
  readonly answersMade: string | null;
}

/** `0 missing, 0 duplicate`, or what is wrong, first of all. */
export function Verdict({ facts, answersMade }: VerdictProps): JSX.Element {
  if (facts === null) {
    return (
      <section class="card verdict unknown">
        <h2>Not reconciled yet</h2>
        <p>The records are counted after the first batch.</p>
      </section>
    );
  }
  const all = [...facts.reconciliation.feeds, ...facts.reconciliation.streams];
  const sum = (key: 'missing' | 'duplicate' | 'acknowledged' | 'onTheWay'): string =>
    fullNumber(all.reduce((found, counts) => found + counts[key], 0));
  const findings = rowsOf(facts).flatMap(({ path, counts }) =>
    counts.findings.map((text) => `${counts.feed} (${path}): ${text}`),
  );
  const isOld = answersMade !== null && Date.parse(answersMade) > Date.parse(facts.made);
  return (
    <section class={`card verdict ${isOld ? 'unknown' : facts.reconciliation.ok ? 'good' : 'bad'}`}>
      <h2>
        {facts.reconciliation.ok ? '✓' : '✗'} {sum('missing')} missing, {sum('duplicate')} duplicate
      </h2>
      <p>
        {sum('acknowledged')} acknowledged records counted on both paths at {moment(facts.made)};{' '}
        {sum('onTheWay')} on the way.
      </p>
      {isOld && (
        <p>
          <strong>This count is older than the answers:</strong> the last reconciliation did not end. Its log
          has the reason.
        </p>
      )}
      {findings.length > 0 && (
        <ul>
          {findings.slice(0, MOST_FINDINGS).map((text) => (
            <li key={text}>{text}</li>
          ))}
          {findings.length > MOST_FINDINGS && <li>{`and ${findings.length - MOST_FINDINGS} more`}</li>}
        </ul>
      )}
    </section>
  );
}

const COLUMNS = [
  ['sent', 'sent'],
  ['acknowledged', 'acknowledged'],
  ['table', 'in the table'],
  ['quarantine', 'in quarantine'],
  ['onTheWay', 'on the way'],
  ['missing', 'missing'],
  ['duplicate', 'duplicate'],
] as const;

/** The counts by path and feed, and the newest row of each table. */
export function WhereRecordsAre({ facts }: { readonly facts: ReportFacts }): JSX.Element {
  return (
    <section class="card" aria-labelledby="records">
      <h2 id="records">Where the records are</h2>
      <div class="wide" tabIndex={0} role="region" aria-labelledby="records">
        <table class="answer-table">
          <thead>
            <tr>
              <th scope="col">feed</th>
              {COLUMNS.map(([key, title]) => (
                <th key={key} scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col" class="number">
                newest
              </th>
            </tr>
          </thead>
          <tbody>
            {rowsOf(facts).map(({ path, counts, newest }) => (
              <tr key={`${path} ${counts.feed}`}>
                <th scope="row">
                  {counts.feed} <span class="muted">{path}</span>
                </th>
                {COLUMNS.map(([key]) => (
                  <td key={key} class={isWrong(key, counts) ? 'number wrong' : 'number'}>
                    {fullNumber(counts[key])}
                  </td>
                ))}
                <td class="number">{moment(newest)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted">
        In a table of the batch path each post is once, with its newest row; in one of the streams each record
        is. Newest: the last raw file that a batch cleaned, the last record that was appended.
      </p>
    </section>
  );
}

/** Refused records by reason. Reasons may have a part of a record in them; they are shown as text. */
export function QuarantineTable({ facts: { quarantine } }: { readonly facts: ReportFacts }): JSX.Element {
  return (
    <section class="card" aria-labelledby="quarantine">
      <h2 id="quarantine">Quarantine</h2>
      {quarantine.length === 0 && <p>No record was refused.</p>}
      {quarantine.length > 0 && (
        <table class="answer-table">
          <thead>
            <tr>
              <th scope="col">reason</th>
              <th scope="col">feed</th>
              <th scope="col" class="number">
                records
              </th>
            </tr>
          </thead>
          <tbody>
            {quarantine.map(({ feed, source, reason, rows }) => (
              <tr key={`${source} ${feed} ${reason}`}>
                <td>{reason}</td>
                <td>
                  {feed} <span class="muted">{source}</span>
                </td>
                <td class="number">{fullNumber(rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const isWrong = (key: string, counts: Counts): boolean =>
  (key === 'missing' && counts.missing > 0) || (key === 'duplicate' && counts.duplicate > 0);

/** The feeds of both paths, in the order of the reconciliation, each with the time of its newest row. */
function rowsOf({ reconciliation, newest }: ReportFacts) {
  const row = (path: 'batch' | 'stream') => (counts: Counts) => ({
    path,
    counts,
    newest: newest.find(({ feed }) => feed === counts.feed)?.[path] ?? null,
  });
  return [...reconciliation.feeds.map(row('batch')), ...reconciliation.streams.map(row('stream'))];
}
