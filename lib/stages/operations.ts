/** Who notices that something is wrong. */
import { matching, oneOf, type SettingReader } from './settings';

/** From where on something is wrong. Each is exclusive: an alarm goes off beyond it. */
export interface AlarmThresholds {
  /** Share of the API's answers that are a failure of ours (5xx), over 5 minutes. */
  readonly apiErrorsPercent: number;
  /** The time within which the API responds to 99 % of requests, over 5 minutes. */
  readonly apiLatencyP99Ms: number;
  /** Used share of the client host's disk. */
  readonly clientHostDiskPercent: number;
  /** Used share of the fullest broker's disk. */
  readonly brokerDiskPercent: number;
  /** How old the oldest record is that the sink has not stored. */
  readonly sinkLagSeconds: number;
  /** Records that the sink sends to the dead-letter topic. */
  readonly deadLettersPerHour: number;
  /** How old the oldest record is that is read from a stream. */
  readonly iteratorAgeMs: number;
  /** Batches of the streams that fail and are tried again. */
  readonly appendErrorsPer5Minutes: number;
  /** Share of records that go to quarantine. */
  readonly quarantinePercent: number;
  /** Hours since a daily batch last succeeded, at most 168. */
  readonly batchAgeHours: number;
  /** Processor time of the source database. */
  readonly databaseCpuPercent: number;
  /** Space that is left on the disk of the source database; below it something is wrong. */
  readonly databaseFreeStorageGiB: number;
}

/** Dashboard, alarms and budget. */
export interface AlarmOperations {
  readonly kind: 'watched';
  /**
   * Who is sent alarms by e-mail; has to confirm it once.
   *
   * @default no one: subscribe to the topic of alarms
   */
  readonly alarmEmail?: string;
  /** Alarms for all that is watched, or without early signs of what has an alarm itself; those are on the dashboard. */
  readonly alarms: 'all' | 'effects';
  /** US dollars a month that the account is to cost at most. */
  readonly monthlyBudgetUsd: number;
  /** Where the runbook is, as alarms refer to it. */
  readonly runbookUrl: string;
  readonly thresholds: AlarmThresholds;
}

/** Who notices that something is wrong; with `none`, no one but the command line. */
export type OperationsPart = AlarmOperations | { readonly kind: 'none' };

/** Reads `alarms`, `alarmEmail`, `monthlyBudgetUsd` and `runbookUrl`. @throws SettingError when one of them cannot be used. */
export function readOperations(made: AlarmOperations, read: SettingReader): AlarmOperations {
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
