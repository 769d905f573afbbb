import { StagePipeline } from '../../../../tools/deployed-stage/stage-pipeline';
import type { FlowSample } from '../../../../tools/pipeline/flow';
import { ScriptedAws } from './scripted-aws';

let aws: ScriptedAws;
beforeEach(async () => (aws = await ScriptedAws.start()));
afterEach(() => aws.stop());

/** The first sample, after which the sampling ends. */
async function firstSample(): Promise<FlowSample> {
  const stop = new AbortController();
  const samples: FlowSample[] = [];
  await new StagePipeline(aws.stage()).flow({}, { signal: stop.signal, tell: () => undefined }, (sample) => {
    samples.push(sample);
    stop.abort();
  });
  expect(samples).toHaveLength(1);
  return samples[0] as FlowSample;
}

test('has what CloudWatch counted of the streaming path, and null for the rest', async () => {
  const minutes = [1_769_860_920, 1_769_860_860, 1_769_860_800];
  aws.answers.set('GetMetricData', ({ input }) => {
    const queries = input.MetricDataQueries as { Id: string }[];
    const results = queries.map(({ Id }) => ({
      Id,
      Timestamps: minutes,
      Values: Id === 'rejects' ? [0, 0, 1] : [0, 10, 20],
    }));
    return { body: JSON.stringify({ MetricDataResults: results }) };
  });
  const { stations } = await firstSample();
  const newest = '2026-01-31T12:01:00.000Z';
  expect(stations.streams).toEqual({ total: 90, lag: null, newest });
  expect(stations.functions).toEqual({ total: 30, lag: null, newest });
  expect(stations['stream-tables']).toEqual({ total: 29, lag: null, newest });
  expect(stations.topics).toEqual({ total: null, lag: null, newest: null });
  const asked = aws.requests.map(({ input }) => input.MetricDataQueries as { MetricStat: unknown }[]);
  expect(asked[0]?.[3]?.MetricStat).toMatchObject({
    Metric: {
      Namespace: 'pinterest-dev/tables',
      MetricName: 'Records',
      Dimensions: [
        { Name: 'UserId', Value: 'pinterest' },
        { Name: 'Path', Value: 'streams' },
      ],
    },
    Period: 86_400,
  });
});

test('is null throughout while CloudWatch refuses', async () => {
  aws.answers.set('GetMetricData', { status: 400, body: '{"__type":"AccessDenied","message":"no"}' });
  const { stations } = await firstSample();
  expect(Object.values(stations).every(({ total }) => total === null)).toBe(true);
});
