/** Where the topics live. */
import {
  matching,
  oneOf,
  optionalText,
  refuse,
  requiredBootstrapServers,
  type SettingReader,
} from './settings';

/** How clients prove who they are: not at all, or by IAM over TLS. */
export type KafkaAuth = { readonly kind: 'none' } | { readonly kind: 'iam'; readonly clusterArn: string };

/** A Kafka cluster that already exists. */
export interface ExternalKafka {
  readonly kind: 'external';
  /** `host:port`, several joined by commas. */
  readonly bootstrapServers: string;
  readonly auth: KafkaAuth;
}

/** Brokers of a size, two or three of them, one a zone. */
export interface ProvisionedBrokers {
  readonly kind: 'provisioned';
  /** For example `kafka.m7g.large`; which go with which version: `broker-pairs.ts`. */
  readonly instanceType: string;
  /** GiB of a broker's disk. May be raised later, never lowered. */
  readonly storageGiB: number;
  /** MSK's name of a Kafka version, for example `3.9.x.kraft`. */
  readonly kafkaVersion: string;
  /** How finely MSK measures; beyond `DEFAULT` each metric costs. */
  readonly monitoring: 'DEFAULT' | 'PER_BROKER' | 'PER_TOPIC_PER_BROKER';
}

/** A cluster of the app's own: IAM only, TLS only, no public address. */
export interface Msk {
  readonly kind: 'msk';
  readonly capacity: ProvisionedBrokers | { readonly kind: 'serverless' };
}

/** Where the topics live. */
export type KafkaPart = Msk | ExternalKafka;

/** How the topics are laid out. */
export interface TopicSettings {
  /** Partitions of each feed's topic. May be raised later, never lowered. */
  readonly partitions: number;
  /** Copies of each partition, at most the number of brokers. */
  readonly replicationFactor: number;
}

const BROKER_SETTINGS = ['kafkaInstanceType', 'kafkaVersion'] as const;

/** A stage's own capacity is described in full; of brokers where it has none, this is the size to begin with. */
const SMALL_BROKERS: ProvisionedBrokers = {
  kind: 'provisioned',
  instanceType: 'kafka.m7g.large',
  storageGiB: 10,
  kafkaVersion: '3.9.x.kraft',
  monitoring: 'DEFAULT',
};

/**
 * Reads `kafkaCapacity`, `kafkaInstanceType` and `kafkaVersion` of the cluster that is made, or `kafkaBootstrapServers` and
 * `kafkaClusterArn` of an existing one.
 *
 * @throws SettingError
 */
export function readKafka(made: Msk, read: SettingReader): KafkaPart {
  if (optionalText(read, 'kafkaBootstrapServers', 'a text') === undefined) {
    const why = 'it needs the brokers of that cluster: give "-c kafkaBootstrapServers=…" as well, or neither';
    refuse(read, ['kafkaClusterArn'], why);
    const kind = oneOf(read, 'kafkaCapacity', ['provisioned', 'serverless'], made.capacity.kind);
    if (kind === 'serverless') {
      const whose = "the brokers of a serverless cluster are Amazon's own affair: leave it out";
      refuse(read, BROKER_SETTINGS, whose);
      return { kind: 'msk', capacity: { kind } };
    }
    const brokers = made.capacity.kind === 'provisioned' ? made.capacity : SMALL_BROKERS;
    return {
      kind: 'msk',
      capacity: {
        ...brokers,
        instanceType: optionalText(read, 'kafkaInstanceType', 'a text') ?? brokers.instanceType,
        kafkaVersion: optionalText(read, 'kafkaVersion', 'a text') ?? brokers.kafkaVersion,
      },
    };
  }
  const why = 'the cluster is an existing one: leave one of the two out';
  refuse(read, ['kafkaCapacity', ...BROKER_SETTINGS], why);
  const bootstrapServers = requiredBootstrapServers(read, 'kafkaBootstrapServers');
  const clusterArn = matching(
    read,
    'kafkaClusterArn',
    /^arn:aws[a-z-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[^/]+\/[^/]+$/,
    'the ARN of an MSK cluster, for example "arn:aws:kafka:us-east-1:123456789012:cluster/name/uuid"',
  );
  const auth: KafkaAuth = clusterArn === undefined ? { kind: 'none' } : { kind: 'iam', clusterArn };
  return { kind: 'external', bootstrapServers, auth };
}
