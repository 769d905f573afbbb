import { createOutput } from '../../../../tools/local-run/output';

describe('the output', () => {
  test('leads a line by the seconds since the start and indents the lines of a quoted log', () => {
    let now = 1_000;
    let text = '';
    const output = createOutput(
      (more) => (text += more),
      () => now,
    );
    now = 13_340;
    output.line('kafka has died. The end of its log:\nfirst\nsecond');
    expect(text).toBe('  12.3 s  kafka has died. The end of its log:\n          first\n          second\n');
  });

  test('leaves a block as it is', () => {
    let text = '';
    createOutput((more) => (text += more)).block('a\nb');
    expect(text).toBe('a\nb\n');
  });
});
