/**
 * What must be done to topics so that they are as wanted. Nothing is ever deleted or lowered.
 */
import { readCount, readText, readTexts, wrong } from '../properties';
import type { RawFilesLocation } from './raw-files';

/** A topic as it is wanted. */
export interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic configurations to set, for example `retention.ms`; others are left as they are. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic as it is. */
export interface ExistingTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** The configurations that were set on the topic itself. */
  readonly config: Readonly<Record<string, string>>;
}

/** The steps, and what is left alone although it differs. */
export interface TopicPlan {
  readonly create: readonly WantedTopic[];
  readonly raise: readonly { readonly name: string; readonly partitions: number }[];
  /** All of a topic's own configurations, as they have to be afterwards. */
  readonly configure: readonly { readonly name: string; readonly config: Readonly<Record<string, string>> }[];
  /** Sentences about differences that stay. */
  readonly notes: readonly string[];
}

/** The properties of the custom resource. */
export interface TopicsProperties {
  /** `host:port,host:port…` */
  readonly bootstrapServers: string;
  /** How the brokers want to know who asks. */
  readonly authentication: 'none' | 'iam';
  readonly topics: readonly WantedTopic[];
  /** The raw files at whose end recreated topics continue; undefined where there are none. */
  readonly rawFiles?: RawFilesLocation;
}

/**
 * Reads the custom resource's properties:
 * `{BootstrapServers, Authentication?, Topics: [{Name, Partitions, ReplicationFactor, Config?}], RawFiles?: {Bucket, Folder}}`.
 *
 * @throws Error naming the property that is wrong.
 */
export function readTopicsProperties(properties: Readonly<Record<string, unknown>>): TopicsProperties {
  const list = properties.Topics;
  if (!Array.isArray(list) || list.length === 0) throw wrong('Topics', list, 'a list of at least one topic');
  const topics = list.map((entry: unknown, index): WantedTopic => {
    const where = `Topics[${index}]`;
    if (typeof entry !== 'object' || entry === null) throw wrong(where, entry, 'a map');
    const topic = entry as Record<string, unknown>;
    const name = readText(topic, 'Name', `${where}.`);
    if (!/^[A-Za-z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
      throw wrong(`${where}.Name`, name, '1 to 249 letters, digits, ".", "_" or "-"');
    return {
      name,
      partitions: readCount(topic, 'Partitions', `${where}.`),
      replicationFactor: readCount(topic, 'ReplicationFactor', `${where}.`),
      config: topic.Config === undefined ? {} : readTexts(topic, 'Config', `${where}.`),
    };
  });
  const names = new Set<string>();
  for (const { name } of topics) {
    if (names.has(name)) throw new Error(`Duplicate topic ${JSON.stringify(name)} in Topics: name it once.`);
    names.add(name);
  }
  const authentication = properties.Authentication ?? 'none';
  if (authentication !== 'none' && authentication !== 'iam')
    throw wrong('Authentication', authentication, '"none" or "iam"');
  const bootstrapServers = readText(properties, 'BootstrapServers');
  return { bootstrapServers, authentication, topics, rawFiles: readRawFiles(properties.RawFiles) };
}

function readRawFiles(value: unknown): RawFilesLocation | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw wrong('RawFiles', value, 'a map');
  const location = value as Record<string, unknown>;
  return {
    bucket: readText(location, 'Bucket', 'RawFiles.'),
    folder: readText(location, 'Folder', 'RawFiles.'),
  };
}

/** Compares what is wanted with what is. */
export function planTopics(wanted: readonly WantedTopic[], existing: readonly ExistingTopic[]): TopicPlan {
  const byName = new Map(existing.map((topic) => [topic.name, topic]));
  const create: WantedTopic[] = [];
  const raise: { name: string; partitions: number }[] = [];
  const configure: { name: string; config: Record<string, string> }[] = [];
  const notes: string[] = [];
  for (const topic of wanted) {
    const { name } = topic;
    const found = byName.get(name);
    if (found === undefined) {
      create.push(topic);
      continue;
    }
    if (found.partitions < topic.partitions) raise.push({ name, partitions: topic.partitions });
    if (found.partitions > topic.partitions)
      notes.push(
        `Topic ${name} keeps its ${found.partitions} partitions, ${topic.partitions} were requested: Kafka cannot take partitions away.`,
      );
    if (found.replicationFactor !== topic.replicationFactor)
      notes.push(
        `Topic ${name} keeps its replication factor ${found.replicationFactor}, ${topic.replicationFactor} was requested: move its replicas by kafka-reassign-partitions.`,
      );
    if (Object.entries(topic.config).some(([key, value]) => found.config[key] !== value))
      configure.push({ name, config: { ...found.config, ...topic.config } });
  }
  return { create, raise, configure, notes };
}
