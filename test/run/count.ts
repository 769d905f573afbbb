/** How many tests passed and failed, by the reports of the programs that ran them. */
import { XMLParser } from 'fast-xml-parser';
import { readFileSync } from 'node:fs';

/** Tests that passed and that failed; a suite that cannot run at all counts as one that failed. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** Adds counts up. */
export function sum(counts: readonly Count[]): Count {
  const total = (key: keyof Count): number => counts.reduce((all, count) => all + count[key], 0);
  return { passed: total('passed'), failed: total('failed') };
}

/** A program that failed without a test that did counts as one failed test. */
const counted = (passed: number, failed: number, code: number): Count => ({
  passed: Math.max(0, passed),
  failed: code !== 0 && failed === 0 ? 1 : failed,
});

/** @param report jest's, by `--json`. @param code jest's exit code. */
export function countJest(report: string, code: number): Count {
  const result = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly numPassedTests: number;
    readonly numFailedTests: number;
    readonly numRuntimeErrorTestSuites: number;
  };
  return counted(result.numPassedTests, result.numFailedTests + result.numRuntimeErrorTestSuites, code);
}

/** A `<testsuite>` of a JUnit report. */
interface JunitSuite {
  readonly tests: number;
  readonly skipped?: number;
  readonly failures?: number;
  readonly errors?: number;
}

/** @param files JUnit reports, of pytest or Maven. @param code the exit code of what wrote them. */
export function countJunit(files: readonly string[], code: number): Count {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: true,
    isArray: (name) => name === 'testsuite',
  });
  const suites = files.flatMap((file) => {
    const document = parser.parse(readFileSync(file)) as {
      readonly testsuites?: { readonly testsuite?: readonly JunitSuite[] };
      readonly testsuite?: readonly JunitSuite[];
    };
    return document.testsuites?.testsuite ?? document.testsuite ?? [];
  });
  const total = (key: keyof JunitSuite): number => suites.reduce((all, suite) => all + (suite[key] ?? 0), 0);
  const failed = total('failures') + total('errors');
  return counted(total('tests') - total('skipped') - failed, failed, code);
}
