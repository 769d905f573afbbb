import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Architecture, Runtime, type FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../packaging/project-root';
import { functionRole } from './function-role';
import type { PipelineNetwork } from '../network/pipeline-network';

/** Properties of a {@link PipelineFunction}. */
export interface PipelineFunctionProps {
  /** The folder under `lambda/` whose `index.ts` exports `handler`. */
  readonly folder:
    'topics' | 'dead-letters' | 'connector' | 'emulator' | 'brokers' | 'source-data' | 'report';
  /** What the function is for, as the console shows it. */
  readonly description: string;
  /** How long one invocation may take, at most 15 minutes. */
  readonly timeout: Duration;
  /**
   * Memory, in MiB; processor time follows from it.
   *
   * @default 256
   */
  readonly memorySize?: number;
  /**
   * Environment variables.
   *
   * @default none
   */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * How often an event that failed is delivered again, 0 to 2.
   *
   * @default 2
   */
  readonly retryAttempts?: number;
  /**
   * The network that the function runs in, and the groups it is in besides the network's own.
   *
   * @default none
   */
  readonly network?: FunctionNetwork;
  /** How long the log is kept. */
  readonly logRetention: RetentionDays;
}

/** Where in a network a function is. */
export interface FunctionNetwork {
  readonly network: PipelineNetwork;
  readonly securityGroups: readonly ISecurityGroup[];
}

function placement(placed: FunctionNetwork | undefined): Partial<FunctionOptions> {
  if (placed === undefined) return {};
  const { network, securityGroups } = placed;
  return {
    vpc: network.vpc,
    vpcSubnets: { subnets: [...network.subnets] },
    securityGroups: [network.members, ...securityGroups],
  };
}

/**
 * A Lambda function of this project: one bundled file with everything in it, and a log group of its own.
 *
 * The AWS SDK is bundled too: the version is then the lock file's, and a local AWS has none to offer. The bundle is
 * not minified, so that a stack trace can be read without a source map.
 */
export class PipelineFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      entry: join(PROJECT_ROOT, 'lambda', props.folder, 'index.ts'),
      handler: 'handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize ?? 256,
      environment: props.environment === undefined ? undefined : { ...props.environment },
      retryAttempts: props.retryAttempts ?? 2,
      ...placement(props.network),
      logGroup,
      role: functionRole(scope, `${id}ServiceRole`, { logGroup, inNetwork: props.network !== undefined }),
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: join(PROJECT_ROOT, 'package-lock.json'),
      bundling: {
        format: OutputFormat.CJS,
        // A local AWS runs the bundle with the Node.js at hand, which may be 20.
        target: 'node20',
        minify: false,
        sourceMap: false,
        bundleAwsSDK: true,
        externalModules: [],
        forceDockerBundling: false,
      },
    });
  }
}
