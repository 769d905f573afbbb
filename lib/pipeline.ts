import { Tags, type App, type StackProps } from 'aws-cdk-lib';
import { stackName, type StackPart } from './stack-names';
import { ApiStack } from './stacks/api-stack';
import { EmulatorStack } from './stacks/emulator-stack';
import { KafkaStack } from './stacks/kafka-stack';
import { SourceStack } from './stacks/source-stack';
import { StorageStack } from './stacks/storage-stack';
import { StreamStack } from './stacks/stream-stack';
import type { Deployment } from './stages';

/** The stacks of a pipeline. */
export interface Pipeline {
  readonly source: SourceStack;
  readonly storage: StorageStack;
  readonly kafka: KafkaStack;
  readonly stream: StreamStack;
  readonly api: ApiStack;
  readonly emulator: EmulatorStack;
}

/**
 * Adds the pipeline's stacks, named `<user id>-<stage>-<part>`, to the app. What is stateful (the secret, the bucket)
 * is in stacks of its own.
 */
export function addPipeline(app: App, deployment: Deployment): Pipeline {
  const { userId, stage } = deployment;
  const id = (part: StackPart): string => stackName(userId, stage.name, part);
  const props: StackProps = { env: { region: stage.region } };
  const source = new SourceStack(app, id('source'), deployment, props);
  const storage = new StorageStack(app, id('storage'), deployment, props);
  const { sink } = storage;
  const kafka = new KafkaStack(app, id('kafka'), deployment, { ...props, sink });
  const stream = new StreamStack(app, id('stream'), deployment, { ...props, sink });
  const api = new ApiStack(app, id('api'), deployment, props);
  const emulator = new EmulatorStack(app, id('emulator'), deployment, {
    ...props,
    source: source.access,
    api: api.api,
    streams: api.streams,
    sink,
  });
  Tags.of(app).add('project', 'pinterest-data-pipeline');
  Tags.of(app).add('user-id', userId);
  Tags.of(app).add('stage', stage.name);
  return { source, storage, kafka, stream, api, emulator };
}
