import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  PeriodOverride,
  TextWidget,
  type Alarm,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { AlarmDefinition } from './alarm-definition';

/** Properties of a {@link AlarmDashboard}. */
export interface AlarmDashboardProps {
  readonly name: string;
  readonly definitions: readonly AlarmDefinition[];
  readonly alarms: readonly Alarm[];
}

/** A third of a dashboard's 24 columns. */
const WIDTH = 8;

/** The state of all alarms, then for each part a graph of each alarm with its threshold. */
export class AlarmDashboard extends Construct {
  constructor(scope: Construct, id: string, { name, definitions, alarms }: AlarmDashboardProps) {
    super(scope, id);
    const parts = [...new Set(definitions.map(partOf))];
    new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      // Daily and per-minute graphs share the dashboard's time range.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [new AlarmStatusWidget({ title: `Alarms of ${name}`, alarms: [...alarms], width: 3 * WIDTH })],
        ...parts.flatMap((part): IWidget[][] => [
          [new TextWidget({ markdown: `## ${part}`, width: 3 * WIDTH, height: 1 })],
          definitions.filter((definition) => partOf(definition) === part).map(graph),
        ]),
      ],
    });
  }
}

const partOf = ({ name }: AlarmDefinition): string => name.split('/')[0] ?? name;

function graph({ name, metric, threshold, breaching }: AlarmDefinition): GraphWidget {
  return new GraphWidget({
    title: name,
    left: [metric],
    leftAnnotations: [{ value: threshold, label: breaching === 'above' ? 'at most' : 'at least' }],
    leftYAxis: { min: 0 },
    width: WIDTH,
  });
}
