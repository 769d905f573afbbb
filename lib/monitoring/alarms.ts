import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { AlarmDefinition } from './alarm-definition';

/** Properties of {@link StageAlarms}. */
export interface StageAlarmsProps {
  /** Prefix of the alarms' names, for example `pinterest-dev`. */
  readonly name: string;
  readonly definitions: readonly AlarmDefinition[];
  /** Notified of alarm and recovery. */
  readonly topic: ITopic;
  /** The runbook's URL. */
  readonly runbookUrl: string;
}

/** One alarm per definition, named `<pipeline>/<part>/<problem>`. */
export class StageAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { name, definitions, topic, runbookUrl }: StageAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.alarms = definitions.map((definition) => {
      const alarm = new Alarm(this, definition.name.replace('/', '-'), {
        alarmName: `${name}/${definition.name}`,
        alarmDescription: `${definition.description} What to do: ${runbookUrl}#${runbookAnchor(definition.name)}`,
        metric: definition.metric,
        comparisonOperator:
          definition.breaching === 'above'
            ? ComparisonOperator.GREATER_THAN_THRESHOLD
            : ComparisonOperator.LESS_THAN_THRESHOLD,
        threshold: definition.threshold,
        evaluationPeriods: definition.periods,
        datapointsToAlarm: definition.periods,
        treatMissingData: definition.treatMissingData,
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
