import { fallen, type Figure } from '../../../../tools/bench/benchmark';

const figure = (name: string, value: number, better?: Figure['better']): Figure => ({
  ...{ name, value, unit: 'times', better },
});

test('a ratio has fallen when it is worse than the stored one by more than 15 %', () => {
  const stored = [figure('rate', 1, 'higher'), figure('time', 2, 'lower'), figure('seconds', 5)];
  const same = [figure('rate', 0.86, 'higher'), figure('time', 2.29, 'lower'), figure('seconds', 50)];
  expect(fallen(stored, same)).toEqual([]);
  expect(fallen(stored, [figure('rate', 9, 'higher'), figure('time', 0.1, 'lower')])).toEqual([]);
  expect(fallen(stored, [figure('rate', 0.84, 'higher'), figure('time', 2.31, 'lower')])).toEqual([
    'rate: 0.84, stored is 1 (higher is better)',
    'time: 2.31, stored is 2 (lower is better)',
  ]);
  expect(fallen(stored, [figure('rate', 1, 'higher')])).toEqual(['time: not measured, stored is 2']);
});
