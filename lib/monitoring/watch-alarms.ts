import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Watch } from './watch';

/** Properties of {@link WatchAlarms}. */
export interface WatchAlarmsProps {
  /** What the alarms' names begin with, for example `pinterest-dev`. */
  readonly name: string;
  readonly watches: readonly Watch[];
  /** Where they are sent, and that they are over. */
  readonly topic: ITopic;
  /** Where the runbook is. */
  readonly runbookUrl: string;
}

/** An alarm for each thing that is watched, named `<pipeline>/<part>/<what is wrong>`. */
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
          watch.wrong === 'above'
            ? ComparisonOperator.GREATER_THAN_THRESHOLD
            : ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: watch.threshold,
        evaluationPeriods: watch.periods,
        datapointsToAlarm: watch.periods,
        treatMissingData:
          watch.silence === 'right' ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}

/** The fragment of a heading as GitHub makes it: small letters, digits, `-` and `_` of it. */
export function runbookAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
