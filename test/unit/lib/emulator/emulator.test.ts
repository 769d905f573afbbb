import { Template } from 'aws-cdk-lib/assertions';
import { deployment, pipeline, resourcesOf, statementsOf, type Statement } from '../synth';
import type { Deployment, EmulatorSettings } from '../../../../lib/stages';

function emulator(settings: Partial<EmulatorSettings> = {}): Template {
  const { userId, stage } = deployment();
  const deployed: Deployment = { userId, stage: { ...stage, emulator: { ...stage.emulator, ...settings } } };
  return pipeline(deployed).templates.emulator;
}

const template = emulator();

/** Every statement the function's role has, apart from writing its log. */
const statements = statementsOf(template, 'EmulatorFunctionServiceRole');
const about = (service: string): Statement[] =>
  statements.filter(({ Action }) => [Action].flat().every((action) => action.startsWith(`${service}:`)));

test('the function may do four things on AWS', () => {
  expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
    'execute-api:Invoke',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
  ]);
  expect(statements.filter(({ Resource }) => JSON.stringify(Resource) === '"*"')).toEqual([]);
});

function apiPaths(of: readonly Statement[]): string[] {
  const [statement] = of.filter(({ Action }) => Action === 'execute-api:Invoke');
  return (statement?.Resource as { 'Fn::Join': [string, unknown[]] }[]).map(({ 'Fn::Join': [, parts] }) =>
    String(parts.at(-1)),
  );
}

test('it may send to the topics and the streams of the three feeds only', () => {
  const topics = ['geo', 'pin', 'user'].map((feed) => `/POST/topics/pinterest.${feed}`);
  expect(apiPaths(statements)).toEqual([
    ...topics,
    ...['geo', 'pin', 'user'].flatMap((feed) =>
      ['record', 'records'].map((route) => `/PUT/streams/streaming-pinterest-${feed}/${route}`),
    ),
  ]);
  const toTopics = emulator({ destinations: ['topics'] });
  expect(apiPaths(statementsOf(toTopics, 'EmulatorFunctionServiceRole'))).toEqual(topics);
});

test('a schedule for each destination, with the function’s input', () => {
  const inputs = (of: Template): unknown[] =>
    resourcesOf(of, 'AWS::Scheduler::Schedule').map(
      ([, { Properties }]) => (Properties?.Target as { Input?: string }).Input,
    );
  expect(inputs(template).sort()).toEqual(['{"destination":"streams"}', undefined]);
  expect(inputs(emulator({ destinations: ['topics'] }))).toEqual([undefined]);
});

test('it may touch the ledger only', () => {
  const text = about('s3').map(({ Resource, Condition }) => JSON.stringify([Resource, Condition ?? null]));
  expect(text).toHaveLength(2);
  expect(text[0]).toContain('/sent/*');
  expect(text[1]).toContain('"s3:prefix":["sent/*"]');
});

test('the schedule invokes the function as often as the stage says, without making up for missed runs', () => {
  const everyFive = emulator({ everyMinutes: 5 });
  everyFive.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(5 minutes)',
    Target: {
      Arn: { 'Fn::GetAtt': [resourcesOf(everyFive, 'AWS::Lambda::Function')[0]?.[0], 'Arn'] },
      RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 300 },
    },
  });
});

test.each([
  [true, 'ENABLED'],
  [false, 'DISABLED'],
])('the schedule is enabled only where the stage says (%p)', (scheduleEnabled, State) => {
  emulator({ scheduleEnabled }).hasResourceProperties('AWS::Scheduler::Schedule', { State });
});

test('the scheduler may invoke this function and nothing else', () => {
  const scheduler = statementsOf(template, 'SchedulerRole');
  expect(scheduler.map(({ Action }) => Action)).toEqual(['lambda:InvokeFunction']);
  expect(JSON.stringify(scheduler)).toContain(
    `"${String(resourcesOf(template, 'AWS::Lambda::Function')[0]?.[0])}"`,
  );
});

test.each<[Partial<EmulatorSettings>, string]>([
  [{ postsPerRun: 0 }, "The emulator's postsPerRun is 0: expected a whole number of at least 1."],
  [{ everyMinutes: 0.5 }, "The emulator's everyMinutes is 0.5: expected a whole number of at least 1."],
  [{ seed: -1 }, "The emulator's seed is -1: expected a whole number of at least 0."],
  [{ rate: 0 }, "The emulator's rate is 0: expected posts per second, more than 0."],
  [
    { postsPerRun: 24_001, rate: 100 },
    'One emulator run of 24001 posts at 100 a second takes 241 s: expected at most 240 s',
  ],
])('refuses %p at synth', (settings, message) => {
  expect(() => emulator(settings)).toThrow(message);
});
