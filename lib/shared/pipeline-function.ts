import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Architecture, Code, Function, Runtime, type FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { buildSync } from 'esbuild';
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
 * The code of a function, one file, bundled by esbuild in this process: the CDK's `NodejsFunction` starts npx, a shell
 * and esbuild for each function, which took half the time of a synthesis.
 *
 * The AWS SDK is bundled too: the version is then the lock file's, and a local AWS has none to offer. The bundle is
 * not minified, so that a stack trace can be read without a source map.
 */
function bundle(folder: string): Code {
  const source = join(PROJECT_ROOT, 'lambda', folder);
  const tryBundle = (output: string): boolean => {
    buildSync({
      entryPoints: [join(source, 'index.ts')],
      outfile: join(output, 'index.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      // A local AWS runs the bundle with the Node.js at hand, which may be 20.
      target: 'node20',
      logLevel: 'error',
    });
    return true;
  };
  return Code.fromAsset(source, {
    assetHashType: AssetHashType.OUTPUT,
    // The image is for a `tryBundle` that gives up, which this one does not.
    bundling: { image: DockerImage.fromRegistry('none'), local: { tryBundle } },
  });
}

/** A Lambda function of this project: one bundled file with everything in it, and a log group of its own. */
export class PipelineFunction extends Function {
  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      code: bundle(props.folder),
      handler: 'index.handler',
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
    });
  }
}
