import { formatChecks } from '../../../../tools/cli/format-doctor';

test('each check is a line, with its remedy, and the counts follow', () => {
  const text = formatChecks([
    { check: 'stacks', status: 'ok', seen: '6 of 6 stacks are whole', remedy: null },
    { check: 'S3 sink', status: 'failed', seen: 'FAILED', remedy: 'Mend it.' },
    { check: 'API', status: 'unknown', seen: 'not allowed', remedy: 'Ask for it.' },
  ]);
  expect(text).toBe(
    [
      'ok       stacks   6 of 6 stacks are whole',
      'failed   S3 sink  FAILED -> Mend it.',
      'unknown  API      not allowed -> Ask for it.',
      '',
      '1 ok, 1 failed, 1 unknown',
    ].join('\n'),
  );
});

test('of nothing nothing is said', () => {
  expect(formatChecks([])).toBe('\n0 ok');
});
