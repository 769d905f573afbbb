/**
 * Brings topics to the wanted state by kafkajs. Safe to be run again at any point.
 */
import { ConfigResourceTypes, ConfigSource, type Admin, type Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka, parseBootstrapServers, readKafkaError } from '../../services/kafka-client';
import { mskIam } from '../../services/kafka-client/msk-iam';
import { asSentence } from '../../services/source/sentence';
import { restoreOffsets } from './restore-offsets';
import type { StoredOffsets } from './raw-files';
import {
  planTopics,
  type ExistingTopic,
  type TopicPlan,
  type TopicsProperties,
  type WantedTopic,
} from './plan';

const PAUSE_MS = 500;
/** How long brokers may take to be ready. Restoring offsets, which takes longer, begins after that. */
const PATIENCE_MS = 100_000;
/** One round of questions and changes; a broker that hangs is asked again in the next. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Permanent errors; all others are tried again until the deadline. */
const FINAL_ERRORS = new Set([
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_PARTITIONS',
  'INVALID_CONFIG',
  'INVALID_REQUEST',
  'POLICY_VIOLATION',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_VERSION',
]);

/**
 * Creates missing topics, adds missing partitions, sets configurations, and lets recreated topics continue where the raw
 * files end. A broker that is not ready is asked again.
 *
 * @param deadline when to stop trying, in milliseconds since 1970.
 * @param stored how far the raw files reach (default: there are none).
 * @returns what was done and what was left alone, in sentences.
 * @throws Error naming the brokers or the topic and Kafka's reason.
 */
export async function ensureTopics(
  properties: TopicsProperties,
  deadline: number,
  stored?: StoredOffsets,
): Promise<string[]> {
  const bootstrapServers = parseBootstrapServers(properties.bootstrapServers);
  const { authentication, topics } = properties;
  const kafka = createKafka({
    bootstrapServers,
    clientId: 'topics',
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    ...(authentication === 'iam' ? { ...mskIam(regionOfThisFunction()), connectionTimeoutMs: 5_000 } : {}),
  });
  const patience = Math.min(deadline, Date.now() + PATIENCE_MS);
  const done = await untilAsWanted(kafka, properties, bootstrapServers, patience);
  return stored === undefined ? done : [...done, ...(await restoreOffsets(kafka, topics, stored, deadline))];
}

async function untilAsWanted(
  kafka: Kafka,
  properties: TopicsProperties,
  bootstrapServers: readonly string[],
  deadline: number,
): Promise<string[]> {
  const { authentication } = properties;
  const done: string[] = [];
  for (;;) {
    // A new client each round: kafkajs's does not always find its way back after an error.
    const admin = kafka.admin();
    let problem: string;
    try {
      await admin.connect();
      const plan = planTopics(properties.topics, await readTopics(admin, properties.topics));
      await apply(admin, plan, done);
      // Only what a fresh look confirms is done: another writer may have been at work.
      const left = planTopics(properties.topics, await readTopics(admin, properties.topics));
      if (left.create.length + left.raise.length + left.configure.length === 0)
        return [...done, ...left.notes];
      problem = 'the topics are not yet as requested';
    } catch (error) {
      const { type, message } = explain(error);
      if (type !== undefined && isFinal(type, authentication))
        throw new Error(`Kafka refused the topics: ${type}: ${message}`, { cause: error });
      problem = type === undefined ? message : `${type}: ${message}`;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    if (Date.now() + PAUSE_MS >= deadline)
      throw new Error(
        `The topics could not be set up in time at ${bootstrapServers.join(',')}; the last problem: ${asSentence(problem)} Check that the brokers run and can be reached from here${authentication === 'iam' ? ', and that the role of this function may connect' : ''}, then deploy again.`,
      );
    await sleep(PAUSE_MS);
  }
}

/** Rights in a role that was made a moment ago arrive at the brokers some seconds later: a refusal is asked again. */
function isFinal(type: string, authentication: TopicsProperties['authentication']): boolean {
  return FINAL_ERRORS.has(type) && !(authentication === 'iam' && type.endsWith('_AUTHORIZATION_FAILED'));
}

function regionOfThisFunction(): string {
  const region = process.env.AWS_REGION ?? '';
  if (region === '')
    throw new Error('AWS_REGION is not set: Lambda sets it, and IAM tokens are signed for it.');
  return region;
}

/** Reads those of the topics that exist. */
async function readTopics(admin: Admin, topics: readonly WantedTopic[]): Promise<ExistingTopic[]> {
  const all = new Set(await admin.listTopics());
  const names = topics.map(({ name }) => name).filter((name) => all.has(name));
  if (names.length === 0) return [];
  const metadata = await admin.fetchTopicMetadata({ topics: names });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return metadata.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.length,
    replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    config: Object.fromEntries(
      resources
        .filter(({ resourceName }) => resourceName === name)
        .flatMap(({ configEntries }) => configEntries)
        .filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG)
        .map(({ configName, configValue }) => [configName, configValue]),
    ),
  }));
}

async function apply(admin: Admin, plan: TopicPlan, done: string[]): Promise<void> {
  if (plan.create.length > 0) {
    // kafkajs's own waiting fails when the broker asked has not yet heard of the topic; the fresh look waits instead.
    const created = await admin.createTopics({
      waitForLeaders: false,
      timeout: REQUEST_TIMEOUT_MS,
      topics: plan.create.map(({ name, partitions, replicationFactor, config }) => ({
        topic: name,
        numPartitions: partitions,
        replicationFactor,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
    });
    for (const { name, partitions } of created ? plan.create : [])
      done.push(`Created topic ${name} with ${partitions} partitions.`);
  }
  if (plan.raise.length > 0) {
    await admin.createPartitions({
      timeout: REQUEST_TIMEOUT_MS,
      topicPartitions: plan.raise.map(({ name, partitions }) => ({ topic: name, count: partitions })),
    });
    for (const { name, partitions } of plan.raise)
      done.push(`Raised topic ${name} to ${partitions} partitions.`);
  }
  if (plan.configure.length > 0) {
    await admin.alterConfigs({
      validateOnly: false,
      resources: plan.configure.map(({ name, config }) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
      })),
    });
    for (const { name } of plan.configure) done.push(`Set the configuration of topic ${name}.`);
  }
}

/** kafkajs gathers errors of several topics in one; the first says why. */
function explain(error: unknown): { type: string | undefined; message: string } {
  const errors: unknown = error instanceof Error ? (error as { errors?: unknown }).errors : undefined;
  const first: unknown = Array.isArray(errors) ? (errors[0] as unknown) : undefined;
  const { type, message } = readKafkaError(first ?? error);
  const topic = first instanceof Error ? (first as { topic?: unknown }).topic : undefined;
  return { type, message: typeof topic === 'string' ? `${topic}: ${message}` : message };
}
