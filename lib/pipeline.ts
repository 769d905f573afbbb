import { Tags, type App, type StackProps } from 'aws-cdk-lib';
import { stackName, type StackPart } from './stack-names';
import { ApiStack } from './api/api-stack';
import { BatchStack } from './batch/batch-stack';
import { ClientHostStack } from './client-host/client-host-stack';
import { ClusterStack } from './kafka/cluster-stack';
import { EmulatorStack } from './emulator/emulator-stack';
import { placeFunction } from './shared/groups';
import { KafkaStack } from './kafka/kafka-stack';
import { KeyStack } from './shared/key-stack';
import { NetworkStack } from './network/network-stack';
import { OperationsStack } from './monitoring/operations-stack';
import { SourceStack } from './source/source-stack';
import { StorageStack } from './sink/storage-stack';
import { StreamStack } from './stream/stream-stack';
import type { Deployment } from './stages';

/** The stacks that every stage has. */
export interface Pipeline {
  readonly source: SourceStack;
  readonly storage: StorageStack;
  readonly kafka: KafkaStack;
  readonly stream: StreamStack;
  readonly api: ApiStack;
  readonly emulator: EmulatorStack;
  /** Where the stage has its own key. */
  readonly key?: KeyStack;
  /** Where the stage has a network. */
  readonly network?: NetworkStack;
  /** Where the app deploys the Kafka cluster. */
  readonly cluster?: ClusterStack;
  /** Where the app deploys the client host. */
  readonly clientHost?: ClientHostStack;
  /** Where the batch runs daily. */
  readonly batch?: BatchStack;
  /** Where the stage has alarms. */
  readonly operations?: OperationsStack;
}

/**
 * Adds the pipeline's stacks, named `<user id>-<stage>-<part>`, to the app. Stateful resources (key, source, bucket,
 * cluster) are in their own stacks.
 *
 * @throws Error when a part needs another that the stage does not have.
 */
export function addPipeline(app: App, deployment: Deployment): Pipeline {
  const { userId, stage } = deployment;
  const id = (part: StackPart): string => stackName(userId, stage.name, part);
  const props: StackProps = {
    env: { region: stage.region },
    terminationProtection: stage.terminationProtection ? true : undefined,
  };
  const key =
    stage.encryption === 'customer-key' ? new KeyStack(app, id('key'), deployment, props) : undefined;
  const encryptionKey = key?.key;
  const networkStack =
    stage.network.kind === 'none'
      ? undefined
      : new NetworkStack(app, id('network'), deployment, { ...props, network: stage.network });
  const network = networkStack?.network;
  const source = new SourceStack(app, id('source'), deployment, { ...props, network, encryptionKey });
  const storage = new StorageStack(app, id('storage'), deployment, { ...props, encryptionKey });
  const { sink } = storage;
  const need = <T>(part: T | undefined, what: string, whom: string): T => {
    if (part !== undefined) return part;
    throw new Error(
      `The stage ${stage.name} deploys ${whom}, which needs ${what}: add it to the stage's settings.`,
    );
  };
  const cluster =
    stage.kafka.kind === 'msk'
      ? new ClusterStack(app, id('cluster'), deployment, {
          ...props,
          kafka: stage.kafka,
          network: need(network, 'a network', 'a Kafka cluster'),
          encryptionKey: need(encryptionKey, 'a key of its own', 'a Kafka cluster'),
        })
      : undefined;
  const kafka = new KafkaStack(app, id('kafka'), deployment, {
    ...props,
    kafka: stage.kafka.kind === 'msk' ? need(cluster, 'a cluster', 'topics').cluster : stage.kafka,
    network,
    sink,
  });
  const clientHost =
    stage.restProxy.kind === 'client-host'
      ? new ClientHostStack(app, id('client-host'), deployment, {
          ...props,
          host: stage.restProxy,
          network: need(network, 'a network', 'a client host'),
          kafka: kafka.kafka,
          sinkGroup: kafka.sinkGroup,
        })
      : undefined;
  // Topics must have their offsets restored before anything writes to them.
  clientHost?.addStackDependency(kafka);
  const stream = new StreamStack(app, id('stream'), deployment, { ...props, sink, encryptionKey });
  const api = new ApiStack(app, id('api'), deployment, {
    ...props,
    proxy:
      stage.restProxy.kind === 'external'
        ? stage.restProxy
        : need(clientHost, 'a client host', 'an API').proxy,
  });
  const emulator = new EmulatorStack(app, id('emulator'), deployment, {
    ...props,
    source: source.source,
    api: api.api,
    streams: api.streams,
    sink,
    network: placeFunction(network, source.source),
  });
  const batch =
    stage.batch.kind === 'daily'
      ? new BatchStack(app, id('batch'), deployment, { ...props, batch: stage.batch, sink })
      : undefined;
  const made = {
    source,
    storage,
    kafka,
    stream,
    api,
    emulator,
    ...(key && { key }),
    ...(networkStack && { network: networkStack }),
    ...(cluster && { cluster }),
    ...(clientHost && { clientHost }),
    ...(batch && { batch }),
  };
  const { operations } = stage;
  const watching =
    operations.kind === 'watched'
      ? new OperationsStack(app, id('operations'), deployment, {
          ...props,
          operations,
          watched: made,
          encryptionKey: need(encryptionKey, 'a key of its own', 'alarms'),
        })
      : undefined;
  Tags.of(app).add('project', 'pinterest-data-pipeline');
  Tags.of(app).add('user-id', userId);
  Tags.of(app).add('stage', stage.name);
  return { ...made, ...(watching && { operations: watching }) };
}
