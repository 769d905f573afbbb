/**
 * Where a deployed pipeline is: the one object that every command takes.
 *
 * Names come from the outputs of the CloudFormation stacks `<user id>-<stage>-*`, so that the command line knows nothing
 * that the CDK app does not say. Endpoints of the local stage come from the running local run's `run.json`.
 */
import { stackNamePrefix } from '../../lib/stack-names';
import { childEnvironment } from '../processes/environment';
import { pipelineStacks } from './pipeline-stacks';

/** What every AWS client of the command line is made with. */
export interface AwsClientConfig {
  readonly region: string;
  /** Set only where AWS is a local server. */
  readonly endpoint?: string;
  /** Set only where AWS is a local server; elsewhere the default credential chain is used. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The stack outputs that the commands use; see `docs/reference/storage.md`, "Names". */
export interface DeploymentOutputs {
  readonly ApiUrl: string;
  readonly EmulatorFunctionName: string;
  readonly SinkBucketName: string;
  readonly SinkConnectorName: string;
  readonly SourceSecretArn: string;
}

/** Whose pipeline, where, in which stage. */
export interface StageAws {
  readonly userId: string;
  /** `local`, `dev` or `prod`. */
  readonly stage: string;
  /** Of a stage on AWS the region alone: the default credential chain is used, and `AWS_ENDPOINT_URL` obeyed. */
  readonly aws: AwsClientConfig;
}

/** A deployed pipeline all of whose parts can be reached. */
export interface Deployment extends StageAws {
  readonly outputs: DeploymentOutputs;
  /** Kafka bootstrap servers, `host:port`. */
  readonly bootstrapServers: readonly string[];
  /** Kafka Connect's REST address, no trailing slash. */
  readonly connectUrl: string;
  /** The Kafka REST proxy's address, no trailing slash; only for health checks. */
  readonly restProxyUrl: string;
}

const OUTPUT_KEYS: readonly (keyof DeploymentOutputs)[] = [
  'ApiUrl',
  'EmulatorFunctionName',
  'SinkBucketName',
  'SinkConnectorName',
  'SourceSecretArn',
];

/**
 * Reads the outputs of all stacks of one pipeline.
 *
 * @throws Error when no stack of that name exists, or an output is missing.
 */
export async function readOutputs(
  aws: AwsClientConfig,
  stage: string,
  userId: string,
): Promise<DeploymentOutputs> {
  const prefix = stackNamePrefix(userId, stage);
  const found = new Map<string, string>();
  let stacks = 0;
  for (const stack of await pipelineStacks({ aws, userId, stage })) {
    stacks += 1;
    for (const output of stack.Outputs ?? []) {
      if (output.OutputKey && output.OutputValue) found.set(output.OutputKey, output.OutputValue);
    }
  }
  const missing = OUTPUT_KEYS.filter((key) => !found.has(key));
  if (missing.length > 0) {
    throw new Error(
      stacks === 0
        ? `No stack named ${prefix}* is deployed.`
        : `The ${stacks} stacks ${prefix}* lack the outputs ${missing.join(', ')}: not all of them are deployed.`,
    );
  }
  return Object.fromEntries(found) as unknown as DeploymentOutputs;
}

/** The standard variables by which a child process reaches the same AWS. */
export function awsVariables(aws: AwsClientConfig): Record<string, string> {
  return {
    AWS_REGION: aws.region,
    AWS_DEFAULT_REGION: aws.region,
    ...(aws.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: aws.endpoint }),
    ...(aws.credentials === undefined
      ? {}
      : {
          AWS_ACCESS_KEY_ID: aws.credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: aws.credentials.secretAccessKey,
        }),
  };
}

/**
 * The environment for a child process (Python) that reaches the same AWS. For a local AWS nothing of the person's own AWS
 * settings is passed on.
 *
 * @param from the environment to start from; this process's by default.
 */
export function awsEnvironment(aws: AwsClientConfig, from?: NodeJS.ProcessEnv): Record<string, string> {
  return childEnvironment(aws.endpoint === undefined ? 'aws' : 'local', awsVariables(aws), from);
}
