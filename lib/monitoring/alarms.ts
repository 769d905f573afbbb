import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Watch } from './watch';

/** Properties of {@link WatchAlarms}. */
export interface WatchAlarmsProps {
  /** Prefix of the alarms' names, for example `pinterest-dev`. */
  readonly name: string;
  readonly watches: readonly Watch[];
  /** Notified of alarm and recovery. */
  readonly topic: ITopic;
  /** The runbook's URL. */
  readonly runbookUrl: string;
}

/** One alarm per watch, named `<pipeline>/<part>/<problem>`. */
export class WatchAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { name, watches, topic, runbookUrl }: WatchAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.alarms = watches.map((watch) => {
      const alarm = new Alarm(this, watch.name.replace('/', '-'), {
        alarmName: `${name}/${watch.name}`,
        alarmDescription: `${watch.description} What to do: ${runbookUrl}#${runbookAnchor(watch.name)}`,
        metric: watch.metric,
        comparisonOperator:
          watch.breaching === 'above'
            ? ComparisonOperator.GREATER_THAN_THRESHOLD
            : ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: watch.threshold,
        evaluationPeriods: watch.periods,
        datapointsToAlarm: watch.periods,
        treatMissingData: watch.treatMissingData,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}

/** The anchor that GitHub generates for a heading. */
export function runbookAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
