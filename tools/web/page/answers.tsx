/** The answers as pictures, each with its table, its SQL and its downloads. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AnswerChart } from '../../../services/charts/answer-chart';
import { AnswerTable } from '../../../services/charts/answer-table';
import type { Answer } from '../../pipeline/documents.generated';
import { Command } from './command';
import { Downloads } from './data-table';
import { count, moment } from './format';
import { LONG_ROWS } from '../../../services/charts/answer';
import { Outcome } from './outcome';
import { PEOPLE, POSTS, QUESTIONS } from './question-sql';
import { update, useAway, useStore } from './store';
import { useCall } from './use-call';

/** Rows of a long answer that are drawn: the largest, and those that a search finds. */
const DRAWN = 10;

/** All answers. */
export function Answers(): JSX.Element {
  const answers = useStore((state) => state.answers);
  const reason = useStore((state) => state.unavailable?.answers);
  const { busy, error, result, run } = useCall('answers');
  const away = useAway();
  useEffect(() => {
    if (result !== undefined) update(() => ({ answers: { document: result, at: new Date().toISOString() } }));
  }, [result]);
  return (
    <>
      <h2>Answers</h2>
      <p class="lead">Eight questions, answered from the tables of the batch path after each batch.</p>
      <form
        aria-label="Answer again"
        onSubmit={(event) => {
          event.preventDefault();
          void run({});
        }}
      >
        <div class="fields">
          <button type="submit" disabled={busy || away}>
            Answer again
          </button>
          <Command args={['answers']} />
          {answers !== null && <span class="muted">Answered {moment(answers.at)} UTC</span>}
        </div>
        <Outcome
          busy={busy}
          error={error}
          text={result === undefined ? undefined : 'The questions are answered.'}
        />
      </form>
      {answers === null && (
        <p class="unsupported">{reason ?? 'There are no answers yet; they come with the first batch.'}</p>
      )}
      <div class="answers">
        {answers?.document.answers.map((answer) => (
          <AnswerCard key={answer.question} answer={answer} />
        ))}
      </div>
      {answers !== null && (
        <section class="card" aria-labelledby="views-heading">
          <h3 id="views-heading">What the questions read, and the report</h3>
          <Sql summary="SQL of posts" text={POSTS} />
          <Sql summary="SQL of people" text={PEOPLE} />
          <p class="muted">All of it as one file, made after each batch:</p>
          <Command args={['report']} />
        </section>
      )}
    </>
  );
}

function AnswerCard({ answer }: { readonly answer: Answer }): JSX.Element {
  const { question, title, columns, rows } = answer;
  const [wanted, setWanted] = useState('');
  const isLong = rows.length > LONG_ROWS;
  const found = isLong ? search(answer, wanted) : rows;
  const name = `answer-${question}`;
  return (
    <article class="card answer" aria-labelledby={`${name}-heading`}>
      <h3 id={`${name}-heading`}>
        <span class="question">{question}</span> {title}
      </h3>
      {isLong && (
        <label class="search">
          <span>Search</span>
          <input
            type="search"
            value={wanted}
            onInput={({ currentTarget }) => {
              setWanted(currentTarget.value);
            }}
          />
        </label>
      )}
      {isLong && (
        <p class="muted" role="status">
          {wanted === ''
            ? `The ${DRAWN} largest of ${count(rows.length)}`
            : `${count(found.length)} of ${count(rows.length)} found`}
        </p>
      )}
      <AnswerChart answer={{ ...answer, rows: isLong ? found.slice(0, DRAWN) : rows }} />
      <details>
        <summary>Table</summary>
        <div class="scroll" role="region" aria-label={`Table of ${title}`} tabIndex={0}>
          <AnswerTable answer={{ ...answer, rows: wanted === '' ? rows : found }} />
        </div>
      </details>
      <Sql summary="SQL" text={QUESTIONS[question] ?? ''} />
      <Downloads name={name} of={title} table={{ columns, rows }} />
    </article>
  );
}

/** The rows that hold a text, the largest first; all of them without a text. */
function search({ rows }: Answer, wanted: string): Answer['rows'] {
  const text = wanted.trim().toLowerCase();
  return rows
    .filter((row) => row.some((value) => String(value).toLowerCase().includes(text)))
    .sort((one, other) => Number(other.at(-1)) - Number(one.at(-1)));
}

function Sql({ summary, text }: { readonly summary: string; readonly text: string }): JSX.Element {
  return (
    <details>
      <summary>{summary}</summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
