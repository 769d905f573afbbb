import { setImmediate as turn } from 'node:timers/promises';
import { createOutput } from '../../../../tools/local-run/output';
import { Steps } from '../../../../tools/local-run/steps';

/** What the steps ask of a supervisor, set by the test. */
function stepsOn(supervisor: { disturbanceCount: number; settled: () => Promise<void> }): Steps {
  return new Steps(
    new AbortController().signal,
    supervisor,
    createOutput(() => undefined),
  );
}

test('a step begins when no part is being started again', async () => {
  let settle: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let begun = false;
  const step = stepsOn({ disturbanceCount: 1, settled: () => ready }).step('Reconciling', () => {
    begun = true;
    return Promise.resolve('done');
  });
  await turn();
  expect(begun).toBe(false);
  settle();
  expect(await step).toBe('done');
});

test('a step is repeated when a part died meanwhile, and fails when none did', async () => {
  const supervisor = { disturbanceCount: 0, settled: () => Promise.resolve() };
  let tries = 0;
  const work = (): Promise<void> => {
    tries += 1;
    if (tries === 1) supervisor.disturbanceCount += 1;
    return Promise.reject(new Error('No broker responds.'));
  };
  await expect(stepsOn(supervisor).step('Reconciling', work)).rejects.toThrow(
    'Reconciling failed: No broker responds.',
  );
  expect(tries).toBe(2);
});
