import { Tags, type App, type StackProps } from 'aws-cdk-lib';
import { PackageAsset } from './shared/package-asset';
import { addPipeline } from './pipeline';
import { stackName, type StackPart } from './stack-names';
import { BatchStack } from './batch/batch-stack';
import { KeyStack } from './shared/key-stack';
import { StorageStack } from './sink/storage-stack';
import { StreamStack } from './stream/stream-stack';
import type { Deployment } from './stages';

/** The stacks of a parked pipeline. */
export interface ParkedPipeline {
  readonly key?: KeyStack;
  readonly storage: StorageStack;
  /** Without streams. */
  readonly stream: StreamStack;
  readonly batch?: BatchStack;
}

/**
 * Adds a parked pipeline (`docs/adr/0009-parking.md`): everything that holds data, and what answers questions about it;
 * nothing that costs while idle, except the key. Stacks and resources have the same names as in {@link addPipeline}, so
 * parking and unparking replaces none of them.
 */
export function addParkedPipeline(app: App, deployment: Deployment): ParkedPipeline {
  const { userId, stage } = deployment;
  const id = (part: StackPart): string => stackName(userId, stage.name, part);
  const props: StackProps = { env: { region: stage.region } };
  const key =
    stage.encryption === 'customer-key' ? new KeyStack(app, id('key'), deployment, props) : undefined;
  const encryptionKey = key?.key;
  const storage = new StorageStack(app, id('storage'), deployment, { ...props, encryptionKey });
  const { sink } = storage;
  const stream = new StreamStack(app, id('stream'), deployment, { ...props, sink, encryptionKey });
  const batch =
    stage.batch.kind === 'daily'
      ? new BatchStack(app, id('batch'), deployment, { ...props, batch: stage.batch, sink })
      : undefined;
  Tags.of(app).add('project', 'pinterest-data-pipeline');
  Tags.of(app).add('user-id', userId);
  Tags.of(app).add('stage', stage.name);
  return { storage, stream, ...(key && { key }), ...(batch && { batch }) };
}

/** Adds the pipeline that the deployment describes, whole or parked. */
export function addDeployment(app: App, deployment: Deployment): void {
  if (deployment.stage.parked) addParkedPipeline(app, deployment);
  else addPipeline(app, deployment);
  // Build assets before the first stack is deployed: a missing tool should not fail the deployment half an hour later.
  const first = app.node.tryFindChild(stackName(deployment.userId, deployment.stage.name, 'key'));
  if (!(first instanceof KeyStack)) return;
  for (const made of app.node.findAll()) if (made instanceof PackageAsset) made.publishWith(first);
}
