import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { InstanceType, Port, SecurityGroup, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  MysqlEngineVersion,
  ParameterGroup,
  StorageType,
  SubnetGroup,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { RdsSource } from '../stages';
import { grantSecretRead } from './grant-secret';
import { PipelineFunction } from '../shared/pipeline-function';
import type { PipelineNetwork } from '../network/pipeline-network';
import { ReaderSecret } from './reader-secret';
import type { SourceConnection } from './source-connection';
import { SourceSnapshot } from './source-snapshot';

/** Properties of a {@link SourceDatabase}. */
export interface SourceDatabaseProps {
  readonly settings: RdsSource;
  /** The generator's seed. */
  readonly seed: number;
  readonly network: PipelineNetwork;
  readonly encryptionKey: IKey;
  /** Removal policy of the reader's secret. */
  readonly removalPolicy: RemovalPolicy;
  /**
   * Removal policy of the database.
   *
   * @default that of the secret
   */
  readonly databasePolicy?: RemovalPolicy;
  readonly logRetention: RetentionDays;
}

const ENGINE = DatabaseInstanceEngine.mysql({ version: MysqlEngineVersion.VER_8_4_8 });
const PORT = 3306;
const SEEDING = Duration.minutes(14);

/**
 * MySQL on RDS: private, encrypted, TLS only. A custom resource fills it with generated posts; restored from a
 * snapshot, it keeps the snapshot's. RDS generates the administrator's password and rotates it weekly; only the seeder
 * may read it. Readers have their own account on the three source tables.
 */
export class SourceDatabase extends Construct implements SourceConnection {
  readonly secretArn: string;
  readonly clientSecurityGroup: ISecurityGroup;
  readonly instance: DatabaseInstance;
  private readonly key: IKey;
  private readonly snapshot: SourceSnapshot;
  private readonly reader: ReaderSecret;

  constructor(scope: Construct, id: string, props: SourceDatabaseProps) {
    super(scope, id);
    const { settings, network, encryptionKey, removalPolicy } = props;
    this.key = encryptionKey;
    this.clientSecurityGroup = new SecurityGroup(this, 'Clients', {
      vpc: network.vpc,
      description: 'What reads the source database',
      allowAllOutbound: false,
    });
    const instance = (this.instance = this.addInstance(props));
    this.snapshot = new SourceSnapshot(this, 'Snapshot', { instance, snapshot: settings.snapshot });
    instance.connections.allowFrom(this.clientSecurityGroup, Port.tcp(PORT), 'MySQL');
    this.reader = new ReaderSecret(this, 'Secret', {
      host: instance.dbInstanceEndpointAddress,
      port: PORT,
      database: settings.database,
      encryptionKey,
      removalPolicy,
    });
    this.secretArn = this.reader.secretArn;
    this.addContent(props, instance);
  }

  grantRead(grantee: IGrantable): void {
    grantSecretRead(grantee, this.reader, this.key);
  }

  private addInstance({
    settings,
    network,
    encryptionKey,
    removalPolicy,
    databasePolicy = removalPolicy,
  }: SourceDatabaseProps): DatabaseInstance {
    const { vpc, subnets } = network;
    const retained = databasePolicy === RemovalPolicy.RETAIN;
    return new DatabaseInstance(this, 'Instance', {
      engine: ENGINE,
      instanceType: new InstanceType(settings.instanceType),
      vpc,
      subnetGroup: new SubnetGroup(this, 'Subnets', {
        vpc,
        vpcSubnets: { subnets: [...subnets] },
        description: 'Private subnets of the source database',
      }),
      securityGroups: [
        new SecurityGroup(this, 'Group', { vpc, description: 'Source database', allowAllOutbound: false }),
      ],
      publiclyAccessible: false,
      port: PORT,
      parameterGroup: new ParameterGroup(this, 'Parameters', {
        engine: ENGINE,
        description: 'Source database: TLS only',
        parameters: { require_secure_transport: '1' },
      }),
      credentials: Credentials.fromUsername('administrator', { encryptionKey }),
      manageMasterUserPassword: true,
      databaseName: settings.database,
      storageType: StorageType.GP3,
      allocatedStorage: settings.storageGiB,
      storageEncryptionKey: encryptionKey,
      multiAz: settings.multiAz,
      backupRetention: Duration.days(settings.backupDays),
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: !retained,
      deletionProtection: retained,
      autoMinorVersionUpgrade: true,
      removalPolicy: databasePolicy,
    });
  }

  private addContent(props: SourceDatabaseProps, instance: DatabaseInstance): void {
    const { settings, seed, network, logRetention } = props;
    const administrator = instance.secret as ISecret;
    const seeder = new PipelineFunction(this, 'Seeder', {
      folder: 'source-data',
      description: 'Fills the source database with generated posts and creates the account that reads them',
      timeout: SEEDING,
      memorySize: 1024,
      network: { network, securityGroups: [this.clientSecurityGroup] },
      logRetention,
    });
    grantSecretRead(seeder, administrator, this.key);
    this.grantRead(seeder);
    const content = new CustomResource(this, 'Content', {
      resourceType: 'Custom::SourceData',
      serviceToken: seeder.functionArn,
      serviceTimeout: SEEDING.plus(Duration.minutes(1)),
      properties: {
        AdministratorSecretArn: administrator.secretArn,
        ReaderSecretArn: this.reader.secretArn,
        Host: instance.dbInstanceEndpointAddress,
        Port: PORT,
        Database: settings.database,
        Posts: settings.seedPosts,
        Seed: seed,
        Snapshot: this.snapshot.value,
      },
    });
    // The function needs its policies and network access first.
    content.node.addDependency(seeder, instance, ...instance.connections.securityGroups);
  }
}
