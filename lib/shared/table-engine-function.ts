import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import { Architecture, Code, Function, Runtime, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentOf, TableEngineModule } from '../../services/contract/environment';
import { tableEngineZip } from '../packaging/package-files';
import type { TableEngineSettings } from '../stages';
import { functionRole } from './function-role';
import { PackageAsset } from './package-asset';

/** Properties of a {@link TableEngineFunction}. */
export interface TableEngineFunctionProps<M extends TableEngineModule> {
  /** The module of the package whose `handler` is the function. */
  readonly module: M;
  /** What the function is for, as the console shows it. */
  readonly description: string;
  readonly settings: TableEngineSettings;
  readonly timeout: Duration;
  /**
   * Memory in MiB, 128 to 10240.
   *
   * @default the settings'
   */
  readonly memoryMiB?: number;
  /**
   * MiB of the temporary storage, to which DuckDB spills what its memory does not hold, 512 to 10240.
   *
   * @default 512
   */
  readonly storageMiB?: number;
  /** How often an event that failed is delivered again, 0 to 2. A stream's mapping counts its own. */
  readonly retryAttempts: number;
  readonly environment: EnvironmentOf<M>;
  readonly logRetention: RetentionDays;
}

const RUNTIMES: Readonly<Record<TableEngineSettings['python'], Runtime>> = {
  '3.12': Runtime.PYTHON_3_12,
  '3.13': Runtime.PYTHON_3_13,
  '3.14': Runtime.PYTHON_3_14,
};

/** The package as it is made when it is published. */
class PackageCode extends Code {
  readonly isInline = false;

  constructor(private readonly target: TableEngineSettings) {
    super();
  }

  override bind(scope: Construct): CodeConfig {
    const { bucket, s3ObjectKey } = new PackageAsset(scope, 'Code', tableEngineZip(this.target));
    return { s3Location: { bucketName: bucket.bucketName, objectKey: s3ObjectKey } };
  }
}

/** A Lambda function of the table engine's package. All of them share one asset. */
export class TableEngineFunction<M extends TableEngineModule> extends Function {
  constructor(scope: Construct, id: string, props: TableEngineFunctionProps<M>) {
    const { module, description, settings, timeout, retryAttempts, environment, logRetention } = props;
    const { memoryMiB = settings.memoryMiB, storageMiB } = props;
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      code: settings.package === undefined ? new PackageCode(settings) : Code.fromAsset(settings.package),
      handler: `${module}.handler`,
      description,
      runtime: RUNTIMES[settings.python],
      architecture: settings.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      memorySize: memoryMiB,
      ephemeralStorageSize: storageMiB === undefined ? undefined : Size.mebibytes(storageMiB),
      timeout,
      retryAttempts,
      environment: { ...environment },
      logGroup,
      role: functionRole(scope, `${id}ServiceRole`, { logGroup, inNetwork: false }),
    });
  }
}
