import {
  planTopics,
  readTopicsProperties,
  type ExistingTopic,
  type WantedTopic,
} from '../../../../lambda/topics/plan';

const WANTED: WantedTopic = {
  name: 'a',
  partitions: 3,
  replicationFactor: 1,
  config: { 'retention.ms': '5' },
};
const AS_WANTED: ExistingTopic = { ...WANTED, config: { 'retention.ms': '5', 'segment.ms': '9' } };
const NOTHING = { create: [], raise: [], configure: [], notes: [] };

test('creates what is missing, leaves alone what is as wanted', () => {
  expect(planTopics([WANTED], [])).toEqual({ ...NOTHING, create: [WANTED] });
  expect(planTopics([WANTED], [AS_WANTED])).toEqual(NOTHING);
});

test('raises partitions and never lowers them', () => {
  expect(planTopics([WANTED], [{ ...AS_WANTED, partitions: 2 }])).toEqual({
    ...NOTHING,
    raise: [{ name: 'a', partitions: 3 }],
  });
  const plan = planTopics([WANTED], [{ ...AS_WANTED, partitions: 5 }]);
  expect(plan).toMatchObject({ ...NOTHING, notes: [expect.stringContaining('keeps its 5 partitions')] });
});

test('says that another replication factor stays', () => {
  const plan = planTopics([WANTED], [{ ...AS_WANTED, replicationFactor: 3 }]);
  expect(plan).toMatchObject({
    ...NOTHING,
    notes: [expect.stringContaining('keeps its replication factor 3')],
  });
});

test('sets configurations and keeps the others the topic has', () => {
  expect(
    planTopics([WANTED], [{ ...AS_WANTED, config: { 'retention.ms': '4', 'segment.ms': '9' } }]),
  ).toEqual({
    ...NOTHING,
    configure: [{ name: 'a', config: { 'retention.ms': '5', 'segment.ms': '9' } }],
  });
});

const TOPIC = { Name: 'a', Partitions: '3', ReplicationFactor: 1 };
const read = (...topics: unknown[]): unknown =>
  readTopicsProperties({ ServiceToken: 'x', BootstrapServers: 'b:1', Topics: topics });

test('reads properties with numbers that CloudFormation made texts', () => {
  expect(read({ ...TOPIC, Config: { 'retention.ms': 5 } }, { ...TOPIC, Name: 'b' })).toEqual({
    bootstrapServers: 'b:1',
    authentication: 'none',
    topics: [WANTED, { ...WANTED, name: 'b', config: {} }],
  });
});

test('reads how the brokers want to know who asks', () => {
  const given = { BootstrapServers: 'b:1', Topics: [TOPIC] };
  expect(readTopicsProperties({ ...given, Authentication: 'iam' }).authentication).toBe('iam');
  expect(() => readTopicsProperties({ ...given, Authentication: 'scram' })).toThrow(
    'Authentication is "scram": expected "none" or "iam"',
  );
});

test.each([
  [[], 'Topics is []'],
  [['a'], 'Topics[0] is "a"'],
  [[{ ...TOPIC, Name: 'a b' }], 'Topics[0].Name is "a b"'],
  [[{ ...TOPIC, Name: undefined }], 'Topics[0].Name is missing'],
  [[{ ...TOPIC, Partitions: '0' }], 'Topics[0].Partitions is "0"'],
  [[{ ...TOPIC, Partitions: '3.5' }], 'Topics[0].Partitions is "3.5"'],
  [[TOPIC, { ...TOPIC, Name: 'b', ReplicationFactor: -1 }], 'Topics[1].ReplicationFactor is -1'],
  [[{ ...TOPIC, Config: ['x'] }], 'Topics[0].Config is ["x"]'],
  [[{ ...TOPIC, Config: { x: {} } }], 'Topics[0].Config.x is {}'],
  [[TOPIC, TOPIC], 'Duplicate topic "a"'],
])('refuses topics %j', (topics, reason) => {
  expect(() => read(...topics)).toThrow(reason);
});
