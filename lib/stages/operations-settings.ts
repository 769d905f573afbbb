/** Settings of who notices that something is wrong. */
import { oneOf, optionalText, type SettingReader, unusable } from './settings';
import type { WatchedOperations } from './stage-operations';

/** Reads `alarms`, `alarmEmail`, `monthlyBudgetUsd` and `runbookUrl`. @throws SettingError when one of them cannot be used. */
export function readOperations(made: WatchedOperations, read: SettingReader): WatchedOperations {
  return {
    ...made,
    alarms: oneOf(read, 'alarms', ['all', 'effects'], made.alarms),
    alarmEmail: matching(read, 'alarmEmail', /^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address'),
    monthlyBudgetUsd: Number(
      matching(read, 'monthlyBudgetUsd', /^[1-9]\d{0,6}$/, 'whole US dollars a month, at least 1') ??
        made.monthlyBudgetUsd,
    ),
    runbookUrl:
      matching(read, 'runbookUrl', /^https:\/\/[^\s#]+$/, 'an https address without a fragment') ??
      made.runbookUrl,
  };
}

function matching(read: SettingReader, name: string, form: RegExp, expected: string): string | undefined {
  const text = optionalText(read, name, expected);
  if (text !== undefined && !form.test(text)) throw unusable(name, text, expected);
  return text;
}
