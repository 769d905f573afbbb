import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnApplication } from 'aws-cdk-lib/aws-emrserverless';
import { PolicyStatement, Role, ServicePrincipal, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { CustomState } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EMR_PYTHON, SPARK_MAIN, sparkJars, sparkPythonZip } from '../packaging/package-files';
import type { EmrServerlessEngine } from '../stages';
import { batchTables } from './batch-functions';
import { PackageAsset, type DeployedFile } from '../shared/package-asset';
import type { SinkBucket } from '../sink/sink-bucket';

/** Properties of a {@link SparkJob}. */
export interface SparkJobProps {
  /** The application's name. */
  readonly name: string;
  readonly userId: string;
  readonly sink: SinkBucket;
  readonly engine: EmrServerlessEngine;
  readonly logRetention: RetentionDays;
}

/** Maximum duration of a run; it usually takes minutes. */
const TIMEOUT = Duration.hours(3);

/** Where a run finds the unpacked Python packages. */
const PACKAGES = './packages';

/**
 * A worker of 4 vCPU and 16 GB, as by default, but with room beside the JVM for four tasks that clean with DuckDB
 * (`TASK_MEMORY` in `engines/spark-batch/spark_batch/clean_share.py`).
 */
const EXECUTOR_MEMORY = { 'spark.executor.memory': '10g', 'spark.executor.memoryOverhead': '6g' } as const;

/** Target platform of the Python wheels. */
const TARGET = { architecture: 'arm64', python: EMR_PYTHON } as const;

/** The files of the job. */
interface JobFiles {
  readonly main: DeployedFile;
  readonly python: DeployedFile;
  readonly jars: readonly DeployedFile[];
}

/**
 * The Spark job on EMR Serverless that cleans, answers and maintains the tables: an application that stops when idle,
 * and the state that runs the job.
 */
export class SparkJob extends Construct {
  private readonly application: CfnApplication;
  private readonly role: Role;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SparkJobProps,
  ) {
    super(scope, id);
    const { name, sink, engine, logRetention } = props;
    const log = new LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.application = new CfnApplication(this, 'Application', {
      name,
      type: 'SPARK',
      releaseLabel: engine.release,
      architecture: 'ARM64',
      autoStartConfiguration: { enabled: true },
      autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 5 },
      maximumCapacity: { cpu: `${engine.maxVcpus} vCPU`, memory: `${engine.maxMemoryGb} GB` },
      monitoringConfiguration: {
        cloudWatchLoggingConfiguration: { enabled: true, logGroupName: log.logGroupName },
        managedPersistenceMonitoringConfiguration: { enabled: false },
      },
    });
    // No aws:SourceAccount condition: AWS does not document that EMR Serverless sends it.
    this.role = new Role(this, 'Role', {
      description: 'Role of the Spark job',
      assumedBy: new ServicePrincipal('emr-serverless.amazonaws.com'),
    });
    sink.grantRead(this.role, { rawFiles: true });
    sink.grantTables(this.role, batchTables(), { delete: true, probe: true });
    sink.grantAnswers(this.role);
    // EMR Serverless finds the log group by listing.
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:DescribeLogGroups'],
        resources: [Stack.of(this).formatArn({ service: 'logs', resource: '*' })],
      }),
    );
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [log.logGroupArn],
      }),
    );
  }

  /** The state that runs the job and waits for it to end. */
  state(scope: Construct, id: string): CustomState {
    const { name, userId, sink, engine } = this.props;
    const { region } = Stack.of(this);
    const { main, python, jars } =
      engine.package === undefined ? this.madeFiles() : this.givenFiles(engine.package);
    const readable = (asset: DeployedFile): string => {
      this.role.addToPolicy(
        new PolicyStatement({
          actions: ['s3:GetObject'],
          resources: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
        }),
      );
      return asset.s3ObjectUrl;
    };
    const [entryPoint, packages] = [readable(main), readable(python)];
    const conf = {
      'spark.archives': `${packages}#packages`,
      'spark.jars': jars.map(readable).join(','),
      'spark.emr-serverless.driverEnv.PYTHONPATH': PACKAGES,
      'spark.executorEnv.PYTHONPATH': PACKAGES,
      'spark.emr-serverless.driverEnv.AWS_REGION': region,
      'spark.executorEnv.AWS_REGION': region,
      ...EXECUTOR_MEMORY,
    };
    return new CustomState(scope, id, {
      stateJson: {
        Type: 'Task',
        Resource: `arn:${Stack.of(this).partition}:states:::emr-serverless:startJobRun.sync`,
        Parameters: {
          Name: name,
          ApplicationId: this.application.attrApplicationId,
          ExecutionRoleArn: this.role.roleArn,
          ExecutionTimeoutMinutes: TIMEOUT.toMinutes(),
          JobDriver: {
            SparkSubmit: {
              EntryPoint: entryPoint,
              EntryPointArguments: ['batch', '--bucket', sink.bucket.bucketName, '--user-id', userId],
              SparkSubmitParameters: Object.entries(conf)
                .map(([key, value]) => `--conf ${key}=${value}`)
                .join(' '),
            },
          },
        },
        ResultPath: '$.job',
      },
    });
  }

  private madeFiles(): JobFiles {
    return {
      main: new Asset(this, 'Main', { path: SPARK_MAIN }),
      python: new PackageAsset(this, 'Python', sparkPythonZip(TARGET)),
      jars: sparkJars(TARGET).map((jar) => new PackageAsset(this, `Jar-${basename(jar.file)}`, jar)),
    };
  }

  private givenFiles(folder: string): JobFiles {
    const asset = (id: string, ...names: string[]): Asset =>
      new Asset(this, id, { path: join(folder, ...names) });
    const jars = readdirSync(join(folder, 'jars')).filter((name) => name.endsWith('.jar'));
    return {
      main: asset('Main', 'main.py'),
      python: asset('Python', 'python'),
      jars: jars.sort().map((name) => asset(`Jar-${name}`, 'jars', name)),
    };
  }

  /** Lets a state machine run the job and be notified of its end. */
  grantRun({ grantPrincipal }: IGrantable): void {
    const application = this.application.attrArn;
    const statements = [
      { actions: ['emr-serverless:StartJobRun'], resources: [application] },
      {
        actions: ['emr-serverless:GetJobRun', 'emr-serverless:CancelJobRun'],
        resources: [`${application}/jobruns/*`],
      },
      {
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
      },
      {
        // Step Functions uses one managed EventBridge rule per account for this.
        actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        resources: [
          Stack.of(this).formatArn({
            service: 'events',
            resource: 'rule',
            resourceName: 'StepFunctionsGetEventsForEMRServerlessJobRule',
          }),
        ],
      },
    ];
    for (const statement of statements) grantPrincipal.addToPrincipalPolicy(new PolicyStatement(statement));
  }
}
