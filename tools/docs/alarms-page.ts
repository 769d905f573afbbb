/** `docs/reference/alarms.md`: the alarms with their thresholds, from the snapshots of the stack `operations`. */
import { safeLoad } from 'js-yaml';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';
import { runbookAnchor } from '../../lib/monitoring/alarms';
import { code, page, table } from './markdown';

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly ComparisonOperator: string;
  readonly EvaluationPeriods: number;
  readonly MetricName?: string;
  readonly Metrics?: readonly {
    readonly Label?: string;
    readonly ReturnData?: boolean;
    readonly MetricStat?: { readonly Period: number };
  }[];
  readonly Period?: number;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Threshold: number;
  readonly TreatMissingData: string;
}

/** The alarms of a stage by name, without the pipeline that leads it. */
function alarmsOf(stage: string): Map<string, AlarmProperties> {
  const file = path.join(PROJECT_ROOT, 'test/unit/lib/snapshots/templates', stage, 'operations.yaml');
  const { Resources } = safeLoad(readFileSync(file, 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: AlarmProperties }>;
  };
  return new Map(
    Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => [Properties.AlarmName.replace(/^[^/]*\//, ''), Properties]),
  );
}

function metricOf({ MetricName, Metrics, Statistic, ExtendedStatistic }: AlarmProperties): string {
  const statistic = Statistic ?? ExtendedStatistic;
  return MetricName === undefined
    ? (Metrics?.find(({ ReturnData }) => ReturnData !== false)?.Label ?? '')
    : `${code(MetricName)}, ${String(statistic)}`;
}

/** A threshold with how long it must be passed. */
function condition(alarm: AlarmProperties | undefined): string {
  if (alarm === undefined) return 'graph only';
  const period = alarm.Period ?? alarm.Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 0;
  const sign = alarm.ComparisonOperator === 'GreaterThanThreshold' ? '>' : '<';
  const minutes = (period / 60) * alarm.EvaluationPeriods;
  const duration = minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
  return `${sign} ${alarm.Threshold.toLocaleString('en')} for ${duration}`;
}

/** The page. */
export function alarmsPage(): string {
  const dev = alarmsOf('dev');
  const prod = alarmsOf('prod');
  const rows = [...prod].map(([name, alarm]) => [
    `[${code(name)}](../runbook.md#${runbookAnchor(name)})`,
    alarm.AlarmDescription.replace(/ What to do: .*$/, ''),
    metricOf(alarm),
    condition(dev.get(name)),
    condition(alarm),
    alarm.TreatMissingData,
  ]);
  return page(
    'The alarms',
    'the snapshots of the stack `operations`',
    'Their definitions are the `*-alarms.ts` of `lib/monitoring/`, their thresholds those of `lib/stages/dev.ts` and `lib/stages/prod.ts`. `dev` has no alarm of ' +
      'early signs unless `-c alarms=all` is given ([ADR 8](../adr/0008-alarms.md)).',
    table(['alarm', 'what is wrong', 'metric', 'dev', 'prod', 'missing data'], rows),
  );
}
