/** The reports of jest and pytest, counted; with the tests that failed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countJest, countJunit, sum } from '../../run/count';
import { PROJECT_ROOT } from '../../../tools/local-run/paths';

const folder = mkdtempSync(join(tmpdir(), 'count-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function report(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const jestReport = report(
  'jest.json',
  JSON.stringify({
    numPassedTests: 2,
    numFailedTests: 1,
    numRuntimeErrorTestSuites: 1,
    testResults: [
      {
        name: join(PROJECT_ROOT, 'test/unit/a.test.ts'),
        message: 'both, with its colours',
        assertionResults: [
          { fullName: 'a thing works', status: 'passed', failureMessages: [] },
          {
            fullName: 'a thing ends',
            status: 'failed',
            failureMessages: ['\u001b[31mexpected 1\u001b[39m\nat b\n'],
          },
        ],
      },
      {
        name: join(PROJECT_ROOT, 'test/unit/c.test.ts'),
        message: 'Cannot find module',
        assertionResults: [],
      },
    ],
  }),
);

test("jest's report", () => {
  expect(countJest(jestReport, 1)).toEqual({
    passed: 2,
    failed: 2,
    failures: [
      'test/unit/a.test.ts: a thing ends\n    expected 1\n    at b',
      'test/unit/c.test.ts\n    Cannot find module',
    ],
  });
});

test('a program that wrote no report is one failed test', () => {
  const none = join(folder, 'none');
  const failed = (program: string): object => ({
    passed: 0,
    failed: 1,
    failures: [`${program} wrote no report (exit code 1): its last lines above say why.`],
  });
  expect(countJest(none, 1)).toEqual(failed('jest'));
  expect(countJunit([none], 1)).toEqual(failed('pytest'));
});

test("pytest's report; of a long message the start and the end are shown", () => {
  const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
  const file = report(
    'report.xml',
    `<testsuites><testsuite tests="5" skipped="1" failures="1" errors="1">
      <testcase classname="tests.test_a" name="test_good"/>
      <testcase classname="tests.test_a" name="test_bad"><failure message="assert">${long}</failure></testcase>
      <testcase classname="tests.test_a" name="test_worse"><error message="no fixture"/></testcase>
    </testsuite></testsuites>`,
  );
  const { passed, failed, failures } = countJunit([file], 1);
  expect([passed, failed]).toEqual([2, 2]);
  expect(failures?.[0]).toMatch(
    /^tests\.test_a: test_bad\n {4}line 0\n[^…]* {4}line 11\n {4}… 20 lines …\n {4}line 32\n[^…]* {4}line 39$/,
  );
  expect(failures?.[1]).toBe('tests.test_a: test_worse\n    no fixture');
});

test('a program that fails without a failed test counts as one; sums', () => {
  const file = report(
    'none.xml',
    '<testsuites><testsuite tests="1"><testcase classname="a" name="b"/></testsuite></testsuites>',
  );
  const killed = countJunit([file], 137);
  expect(killed).toEqual({ passed: 1, failed: 1, failures: [] });
  expect(sum([killed, { passed: 2, failed: 0 }, { passed: 0, failed: 1, failures: ['x'] }])).toEqual({
    passed: 3,
    failed: 2,
    failures: ['x'],
  });
});
