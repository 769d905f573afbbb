import { watch } from '../../../../tools/cli/watch';

/** Watches until so many texts were written, and returns them. */
async function watched(
  count: number,
  show: () => Promise<string>,
  terminal: { isTTY?: boolean; rows?: number },
): Promise<string[]> {
  const ending = new AbortController();
  const texts: string[] = [];
  const write = (text: string): void => {
    if (texts.push(text) === count) ending.abort();
  };
  await watch(show, 0, ending.signal, { ...terminal, write });
  return texts;
}

test('without a terminal the texts come block after block, with their times', async () => {
  let number = 0;
  const texts = await watched(2, () => Promise.resolve(`text ${++number}`), {});
  expect(texts[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z\ntext 1\n\n$/);
  expect(texts[1]).toMatch(/Z\ntext 2\n\n$/);
});

test('a terminal is cleared once and then written over, with as many lines as it has', async () => {
  const texts = await watched(3, () => Promise.resolve('a\nb\nc'), { isTTY: true, rows: 3 });
  expect(texts).toEqual([
    '\x1b[2J',
    ...Array<string>(2).fill('\x1b[?7l\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J\x1b[?7h'),
  ]);
});

test('what cannot be shown is shown by its error, and tried again', async () => {
  const answers = [Promise.reject(new Error('It is down.')), Promise.resolve('It is up.')];
  const texts = await watched(2, () => answers.shift() ?? Promise.resolve(''), {});
  expect(texts.map((text) => text.split('\n')[1])).toEqual(['It is down.', 'It is up.']);
});

test('it ends while it waits, without another text', async () => {
  const ending = new AbortController();
  const texts: string[] = [];
  const write = (text: string): void => {
    texts.push(text);
    setImmediate(() => {
      ending.abort();
    });
  };
  await watch(() => Promise.resolve('x'), 3600, ending.signal, { write });
  expect(texts).toHaveLength(1);
});
