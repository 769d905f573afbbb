import { formatBrowsed, formatRejects, formatTrace, oneLine } from '../../../../tools/cli/format-flow';
import { pipelineProgram } from '../../../../tools/cli/pipeline';

/** What a command line is refused with. */
async function refusal(...args: readonly string[]): Promise<string> {
  const program = pipelineProgram();
  let written = '';
  for (const command of program.commands) command.configureOutput({ writeErr: (text) => (written += text) });
  await expect(program.parseAsync(['node', 'pipeline', ...args])).rejects.toThrow();
  return written;
}

test.each([
  [['browse'], 'expected --topic or --stream with a feed'],
  [['browse', '--topic', 'pin', '--stream', 'pin'], "option '--topic <feed>' cannot be used with"],
  [['browse', '--topic', 'post'], 'Allowed choices are pin, geo, user'],
  [['trace', 'first'], 'Expected a whole number from 0 to 2147483647'],
  [['trace'], "missing required argument 'ind'"],
  [['trace', '1', '--stage', 'dev'], "command 'trace' cannot be used with --stage dev: its topics"],
])('%j is refused', async (args, reason) => {
  expect(await refusal(...args)).toContain(reason);
});

test('a text cannot control the terminal, and takes one line', () => {
  expect(oneLine('a\u001b[2Jb\nc\u202ed', 50)).toBe('a [2Jb c d');
  expect(oneLine('abcdef', 3)).toBe('abc…');
});

test('records are a line each', () => {
  const time = '2026-01-31T12:00:00.000Z';
  const text = formatBrowsed([
    { time, partition: '1', position: '41', key: '7', value: '{"ind":7}' },
    { time, partition: '0', position: '9', key: null, value: null },
  ]);
  expect(text.split('\n').slice(2)).toEqual([
    `${time}  1          41        7     {"ind":7}`,
    `${time}  0          9         null  null`,
  ]);
  expect(formatBrowsed([])).toBe('There is no record.');
});

test('a way has its steps by path, and a reject its reason', () => {
  const feed = 'geo' as const;
  const text = formatTrace({
    ind: 7,
    batch: [
      { station: 'topics', feed, place: 'p.geo, partition 0, offset 3', value: '{}' },
      { station: 'quarantine', feed, place: 'file:3', value: null, reason: 'not JSON' },
    ],
    stream: [],
  });
  expect(text.split('\n')).toEqual([
    'Post 7',
    '',
    'Batch path',
    '  topics, geo: p.geo, partition 0, offset 3',
    '    {}',
    '  quarantine, geo: file:3',
    '    refused: not JSON',
    '',
    'Streaming path',
    '  It was not found.',
  ]);
});

test('rejects are counted, and shown with their texts', () => {
  const about = { feed: 'pin', path: 'batch', reason: 'not JSON' } as const;
  const text = formatRejects({
    counts: [{ ...about, rows: 1200 }],
    newest: [{ ...about, position: 'file:3', raw: 'x\ny', time: null }],
  });
  expect(text.split('\n').slice(2)).toEqual([
    'batch  pin   1,200  not JSON',
    '',
    'not in quarantine yet  batch, pin: file:3',
    '  not JSON',
    '  x y',
  ]);
  expect(formatRejects({ counts: [], newest: [] })).toBe('Nothing was refused.');
});
