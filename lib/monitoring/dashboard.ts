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
import type { Watch } from './watch';

/** Properties of a {@link WatchDashboard}. */
export interface WatchDashboardProps {
  readonly name: string;
  readonly watches: readonly Watch[];
  readonly alarms: readonly Alarm[];
}

/** A third of a dashboard's 24 columns. */
const WIDTH = 8;

/** The state of all alarms, then for each part a graph of each watch with its threshold. */
export class WatchDashboard extends Construct {
  constructor(scope: Construct, id: string, { name, watches, alarms }: WatchDashboardProps) {
    super(scope, id);
    const parts = [...new Set(watches.map(partOf))];
    new Dashboard(this, 'Dashboard', {
      dashboardName: name,
      // Daily and per-minute graphs share the dashboard's time range.
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [new AlarmStatusWidget({ title: `Alarms of ${name}`, alarms: [...alarms], width: 3 * WIDTH })],
        ...parts.flatMap((part): IWidget[][] => [
          [new TextWidget({ markdown: `## ${part}`, width: 3 * WIDTH, height: 1 })],
          watches.filter((watch) => partOf(watch) === part).map(graph),
        ]),
      ],
    });
  }
}

const partOf = ({ name }: Watch): string => name.split('/')[0] ?? name;

function graph({ name, metric, threshold, breaching }: Watch): GraphWidget {
  return new GraphWidget({
    title: name,
    left: [metric],
    leftAnnotations: [{ value: threshold, label: breaching === 'above' ? 'at most' : 'at least' }],
    leftYAxis: { min: 0 },
    width: WIDTH,
  });
}
