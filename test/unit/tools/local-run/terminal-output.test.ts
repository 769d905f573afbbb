import { createTerminalOutput, isLive, workText } from '../../../../tools/local-run/terminal-output';

describe('the line on what is under way', () => {
  test.each([
    [{ title: 'Deploying' }, 80, '          Deploying  3 s'],
    [
      { title: 'Sending', done: 11, of: 22, detail: '11 of 22 posts' },
      100,
      `          Sending  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  11 of 22 posts  3 s`,
    ],
    [{ title: 'Sending', done: 5, of: 3 }, 80, `          Sending  ${'█'.repeat(24)} 100 %  3 s`],
    [{ title: 'Sending', done: 0, of: 0 }, 80, '          Sending  3 s'],
    [{ title: 'Sending', done: 1, of: 3 }, 20, '          Sending  '],
    [{ title: 'Sending' }, 0, ''],
  ])('of %j on %d columns', (work, columns, text) => {
    expect(workText(work, 3.9, columns)).toBe(text);
  });
});

describe('the output on a terminal', () => {
  /** A terminal's lines after what was written to it, as far as it is used: `\r`, `ESC[J`, `ESC[<n>A` and line feeds. */
  class Screen {
    columns = 60;
    private rows = [''];
    private row = 0;
    private column = 0;
    write = (text: string): void => {
      // eslint-disable-next-line no-control-regex -- the escape sequences of a terminal
      for (const [token, up] of text.matchAll(/\x1b\[(\d+)A|\x1b\[J|[^]/g)) {
        if (up !== undefined) this.row -= Number(up);
        else if (token === '\r') this.column = 0;
        else if (token === '\x1b[J') {
          this.rows.length = this.row + 1;
          this.rows[this.row] = (this.rows[this.row] ?? '').slice(0, this.column);
        } else if (token === '\n') {
          this.row += 1;
          this.column = 0;
          this.rows[this.row] ??= '';
        } else {
          this.rows[this.row] = (this.rows[this.row] ?? '').slice(0, this.column) + token;
          this.column += 1;
        }
      }
    };
    /** Makes it narrower, as a terminal breaks what is longer. */
    narrow(columns: number): void {
      this.columns = columns;
      this.rows = this.rows.flatMap((row) => row.match(new RegExp(`.{1,${columns}}`, 'g')) ?? ['']);
      this.row = this.rows.length - 1;
      this.column = this.rows[this.row]?.length ?? 0;
    }
    get lines(): readonly string[] {
      return this.rows;
    }
  }

  function open(): {
    screen: Screen;
    output: ReturnType<typeof createTerminalOutput>;
    at: (ms: number) => void;
  } {
    const screen = new Screen();
    let time = 0;
    const output = createTerminalOutput(screen.write, screen, () => time);
    return { screen, output, at: (ms) => (time = ms) };
  }

  test('shows what is under way below the lines, which are those of any output', () => {
    const { screen, output, at } = open();
    output.line('first');
    output.now({ title: 'Deploying' });
    expect(screen.lines).toEqual(['   0.0 s  first', '          Deploying  0 s']);
    at(2_500);
    output.line('second\nand more');
    output.block('a table');
    expect(screen.lines).toEqual([
      '   0.0 s  first',
      '   2.5 s  second',
      '          and more',
      'a table',
      '          Deploying  2 s',
    ]);
    output.now({ title: 'Sending', done: 1, of: 4 });
    expect(screen.lines.at(-1)).toBe(`          Sending  ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  0 s`);
    output.now();
    expect(screen.lines.slice(3)).toEqual(['a table', '']);
    output.now();
    output.line('third');
    expect(screen.lines.slice(3)).toEqual(['a table', '   2.5 s  third', '']);
  });

  test('leaves nothing behind when the terminal becomes narrower', () => {
    const { screen, output } = open();
    output.now({ title: 'Sending', done: 1, of: 4, detail: '1 of 4' });
    screen.narrow(15);
    output.line('x');
    expect(screen.lines).toEqual(['   0.0 s  x', '          Send']);
    output.now();
    expect(screen.lines).toEqual(['   0.0 s  x', '']);
  });

  test('is drawn again by itself, until nothing is under way', () => {
    jest.useFakeTimers();
    try {
      const { screen, output, at } = open();
      output.now({ title: 'Deploying' });
      at(7_000);
      jest.advanceTimersByTime(300);
      expect(screen.lines).toEqual(['          Deploying  7 s']);
      output.now();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});

test.each([
  [true, {}, true],
  [true, { TERM: 'xterm', NO_COLOR: '', CI: '' }, true],
  [false, {}, false],
  [undefined, {}, false],
  [true, { TERM: 'dumb' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { CI: 'true' }, false],
])('a stream with isTTY %s and %j is shown lines that change: %s', (isTTY, env, live) => {
  expect(isLive({ isTTY }, env)).toBe(live);
});
