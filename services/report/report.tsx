/** The report of a batch: one HTML text with everything in it, which needs no network and runs no script. */
import { createHash } from 'node:crypto';
import type { JSX } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import { fullNumber, largest, LONG_ROWS, type Answer } from '../charts/answer';
import { AnswerChart } from '../charts/answer-chart';
import { AnswerTable } from '../charts/answer-table';
import type { ReportData } from './data';
import { QuarantineTable, Verdict, WhereRecordsAre } from './records';
import { REPORT_CSS } from './style';
import { moment } from './moment';

/** Rows of a long answer that are drawn. */
const DRAWN = 12;

const HASH = createHash('sha256').update(REPORT_CSS).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; base-uri 'none'; form-action 'none'`;

/** The report as HTML. The same data give the same text. */
export function reportHtml(data: ReportData): string {
  return `<!doctype html>\n${renderToStaticMarkup(<Report {...data} />)}\n`;
}

function Report({ made, answers, facts }: ReportData): JSX.Element {
  const batch = facts?.batch ?? null;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`Pipeline report${batch === null ? '' : `, batch ${batch}`}`}</title>
        <style dangerouslySetInnerHTML={{ __html: REPORT_CSS }} />
      </head>
      <body>
        <header>
          <h1>Pipeline report</h1>
          <p>
            {batch !== null && `Batch ${fullNumber(batch)} · `}report made {moment(made)}
            {answers !== null && ` · answers made ${moment(answers.made)}`}
          </p>
        </header>
        <main>
          <Verdict facts={facts} answersMade={answers?.made ?? null} />
          {facts !== null && <WhereRecordsAre facts={facts} />}
          {facts !== null && <QuarantineTable facts={facts} />}
          <h2>Answers</h2>
          {answers === null && <p>The questions were not answered yet: the first batch does it.</p>}
          <div class="answers">
            {answers?.answers.map((answer) => (
              <AnswerCard key={answer.question} answer={answer} sql={facts?.questions[answer.question]} />
            ))}
          </div>
        </main>
      </body>
    </html>
  );
}

/** One answer: its picture, and folded its table and its SQL. */
function AnswerCard({ answer, sql }: { readonly answer: Answer; readonly sql?: string }): JSX.Element {
  const { question, title, rows } = answer;
  const isLong = rows.length > LONG_ROWS;
  return (
    <section class="card" aria-labelledby={`answer-${question}`}>
      <h3 id={`answer-${question}`}>
        <span class="muted">{question}</span> {title}
      </h3>
      {isLong && <p class="muted">{`The ${DRAWN} largest of ${rows.length}; the table has all.`}</p>}
      <AnswerChart answer={isLong ? largest(answer, DRAWN) : answer} />
      <details>
        <summary>{`Table, ${fullNumber(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`}</summary>
        <AnswerTable answer={answer} />
      </details>
      {sql !== undefined && (
        <details>
          <summary>SQL</summary>
          <pre>{sql.trim()}</pre>
        </details>
      )}
    </section>
  );
}
