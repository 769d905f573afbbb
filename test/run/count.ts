/** How many tests passed and failed, and which, by the reports of the programs that ran them. */
import { XMLParser } from 'fast-xml-parser';
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { PROJECT_ROOT } from '../../tools/local-run/paths';

/** Tests that passed and that failed; a suite that cannot run at all counts as one that failed. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  /** The tests that failed, where they are known: file and name, and how the message begins and ends. */
  readonly failures?: readonly string[];
}

/** Lines of a message that are shown from its start and from its end: some have the whole output of a program. */
const FIRST_LINES = 12;
const LAST_LINES = 8;

/** A test that failed, for a person. */
function failure(test: string, message: string): string {
  const lines = stripVTControlCharacters(message).trimEnd().split('\n');
  const left = lines.length - FIRST_LINES - LAST_LINES;
  const shown =
    left > 1 ? [...lines.slice(0, FIRST_LINES), `… ${left} lines …`, ...lines.slice(-LAST_LINES)] : lines;
  return [test, ...shown.map((line) => `    ${line}`)].join('\n');
}

/** Adds counts up. */
export function sum(counts: readonly Count[]): Count {
  const total = (key: 'passed' | 'failed'): number => counts.reduce((all, count) => all + count[key], 0);
  return {
    passed: total('passed'),
    failed: total('failed'),
    failures: counts.flatMap(({ failures }) => failures ?? []),
  };
}

/** A program that failed without a test that did counts as one failed test. */
const counted = (passed: number, failed: number, code: number, failures: readonly string[]): Count => ({
  passed: Math.max(0, passed),
  failed: code !== 0 && failed === 0 ? 1 : failed,
  failures,
});

/** Of a program that ended before it could report, or whose last hook threw: jest then reports none of the tests. */
const withoutReport = (program: string, code: number): Count =>
  counted(0, 0, code, [`${program} wrote no report (exit code ${code}): its last lines above say why.`]);

/** What is read of jest's report. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** @param report jest's, by `--json`. @param code jest's exit code. */
export function countJest(report: string, code: number): Count {
  if (!existsSync(report)) return withoutReport('jest', code);
  const result = JSON.parse(readFileSync(report, 'utf8')) as JestReport;
  const failures = result.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(PROJECT_ROOT, name);
    // A file that cannot run at all has a message alone.
    if (assertionResults.length === 0 && message !== '') return [failure(file, message)];
    return assertionResults
      .filter(({ status }) => status === 'failed')
      .map((test) => failure(`${file}: ${test.fullName}`, test.failureMessages?.join('\n') ?? ''));
  });
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return counted(result.numPassedTests, failed, code, failures);
}

/** What is wrong with a `<testcase>`: a text, or attributes and a text. */
type JunitProblem = string | { readonly '#text'?: string; readonly message?: string };

/** A `<testsuite>` of a JUnit report. */
interface JunitSuite {
  readonly testcase?: readonly {
    readonly classname: string;
    readonly name: string;
    readonly failure?: JunitProblem;
    readonly error?: JunitProblem;
  }[];
  readonly tests: number;
  readonly skipped?: number;
  readonly failures?: number;
  readonly errors?: number;
}

/** @param files JUnit reports, of pytest or Maven. @param code the exit code of what wrote them. */
export function countJunit(files: readonly string[], code: number): Count {
  if (!files.every((file) => existsSync(file))) return withoutReport('pytest', code);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: true,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  const suites = files.flatMap((file) => {
    const document = parser.parse(readFileSync(file)) as {
      readonly testsuites?: { readonly testsuite?: readonly JunitSuite[] };
      readonly testsuite?: readonly JunitSuite[];
    };
    return document.testsuites?.testsuite ?? document.testsuite ?? [];
  });
  const text = (problem: JunitProblem): string =>
    typeof problem === 'string' ? problem : (problem['#text'] ?? problem.message ?? '');
  const failures = suites
    .flatMap(({ testcase }) => testcase ?? [])
    .flatMap(({ classname, name, failure: failed, error }) =>
      [failed, error].flatMap((problem) =>
        problem === undefined ? [] : [failure(`${classname}: ${name}`, text(problem))],
      ),
    );
  const total = (key: 'tests' | 'skipped' | 'failures' | 'errors'): number =>
    suites.reduce((all, suite) => all + (suite[key] ?? 0), 0);
  const failed = total('failures') + total('errors');
  return counted(total('tests') - total('skipped') - failed, failed, code, failures);
}
