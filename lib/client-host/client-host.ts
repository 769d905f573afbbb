import { Duration, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import {
  AdditionalHealthCheckType,
  AutoScalingGroup,
  HealthChecks,
  UpdatePolicy,
} from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  CpuCredits,
  EbsDeviceVolumeType,
  InstanceType,
  KeyPair,
  KeyPairType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  Peer,
  Port,
  SecurityGroup,
  UserData,
  type Connections,
  type IConnectable,
  type IKeyPair,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type ILogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { deadLetterTopicName, FEED_NAMES, topicName } from '../../services/contract';
import { clientHostTar } from '../packaging/package-files';
import type { ClientHost as ClientHostSettings } from '../stages';
import { checkAddressRange } from '../network/address-range';
import { amazonLinux } from '../network/amazon-linux';
import { bootUserData, packageArchive } from './client-host-boot';
import { ClientHostRole } from './client-host-role';
import { CLIENT_HOST_TAG } from './client-host-tag';
import type { KafkaAccess } from '../kafka/kafka-access';
import { PackageAsset } from '../shared/package-asset';

/** Properties of a {@link ClientHost}. */
export interface ClientHostProps {
  readonly userId: string;
  readonly settings: ClientHostSettings;
  readonly vpc: IVpc;
  /** Private subnets with a route to S3 and Session Manager. */
  readonly subnets: readonly ISubnet[];
  /** Groups that allow egress from the network and access to the cluster. The host's own group allows no egress. */
  readonly securityGroups: readonly ISecurityGroup[];
  readonly kafka: KafkaAccess;
  /** The S3 sink's consumer group, whose lag can be read on the host. */
  readonly sinkGroup: string;
  /** The CloudWatch namespace of its metrics. */
  readonly metricsNamespace: string;
  readonly logRetention: RetentionDays;
}

/** Maximum age of a host; its replacement gets the newest image with its fixes. */
const LIFETIME = Duration.days(7);

/** From launch to a healthy proxy, with margin. */
const BOOT_TIME = Duration.minutes(10);

/**
 * The host of the REST proxy and of Kafka's command-line tools: an auto-scaling group of one instance in private
 * subnets. It is replaced when the instance or the proxy is unhealthy, and every week with the newest image.
 * `docs/client-host.md` says what is on it.
 *
 * Use `connections` to allow access to the proxy, and {@link autoScalingGroup} as a load balancer target.
 */
export class ClientHost extends Construct implements IConnectable, IGrantable {
  readonly autoScalingGroup: AutoScalingGroup;
  readonly connections: Connections;
  readonly grantPrincipal: IPrincipal;
  /** The private key is only in Parameter Store. */
  readonly keyPair: IKeyPair;
  readonly logGroup: ILogGroup;
  /** The port on which the proxy listens. */
  readonly port: Port;

  constructor(scope: Construct, id: string, props: ClientHostProps) {
    super(scope, id);
    const { settings, vpc, kafka, metricsNamespace } = props;
    const archive = settings.package === undefined ? clientHostTar() : packageArchive(settings.package);
    const asset =
      'path' in archive
        ? new Asset(this, 'Package', { path: archive.path })
        : new PackageAsset(this, 'Package', archive);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new ClientHostRole(this, 'Role', {
      archive: asset,
      logGroup: this.logGroup,
      metricsNamespace,
    });
    this.grantPrincipal = role.grantPrincipal;
    grantTopics(props, role);

    const group = new SecurityGroup(this, 'Group', {
      vpc,
      description: 'Client host: REST proxy and Kafka tools',
      allowAllOutbound: false,
    });
    if (settings.sshFrom !== undefined) {
      const range = checkAddressRange(settings.sshFrom, 'SSH to the client host');
      group.addIngressRule(
        range.version === 6 ? Peer.ipv6(range.cidr) : Peer.ipv4(range.cidr),
        Port.tcp(22),
        'SSH from the range of the setting sshFrom',
      );
    }
    this.port = Port.tcp(settings.port);
    this.keyPair = new KeyPair(this, 'KeyPair', { type: KeyPairType.ED25519 });

    const userData = UserData.custom(
      bootUserData({
        packageUrl: asset.s3ObjectUrl,
        packageSha256: archive.sums,
        bootstrapServers: kafka.bootstrapServers,
        kafkaAuth: kafka.auth,
        restProxyPort: settings.port,
        restProxyTopics: `${props.userId}.*`,
        region: Stack.of(this).region,
        logGroup: this.logGroup.logGroupName,
        metricsNamespace,
      }),
    );
    const launchTemplate = new LaunchTemplate(this, 'Launch', {
      machineImage: amazonLinux('launch', userData),
      userData,
      instanceType: new InstanceType(settings.instanceType),
      cpuCredits: CpuCredits.STANDARD,
      role,
      keyPair: this.keyPair,
      securityGroup: group,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(settings.diskGiB, {
            encrypted: true,
            deleteOnTermination: true,
            volumeType: EbsDeviceVolumeType.GP3,
          }),
        },
      ],
    });
    for (const member of props.securityGroups) launchTemplate.addSecurityGroup(member);
    this.connections = group.connections;

    this.autoScalingGroup = new AutoScalingGroup(this, 'Instances', {
      vpc,
      vpcSubnets: { subnets: [...props.subnets] },
      launchTemplate,
      minCapacity: 1,
      // The second instance exists only during a replacement.
      maxCapacity: 2,
      maxInstanceLifetime: LIFETIME,
      // Start the new host before the old one is terminated.
      minHealthyPercentage: 100,
      maxHealthyPercentage: 200,
      healthChecks: HealthChecks.withAdditionalChecks({
        gracePeriod: BOOT_TIME,
        additionalTypes: [AdditionalHealthCheckType.ELB],
      }),
      // No CloudFormation signal: the network may have no route to CloudFormation.
      updatePolicy: UpdatePolicy.rollingUpdate({
        minInstancesInService: 1,
        maxBatchSize: 1,
        pauseTime: BOOT_TIME,
      }),
    });
    // The boot script needs the role's policies at once.
    this.autoScalingGroup.node.addDependency(role);
    Tags.of(this.autoScalingGroup).add('part', CLIENT_HOST_TAG);
  }
}

/** The proxy writes and describes the feeds' topics; users of the host also read them, and the dead-letter topic. */
function grantTopics({ userId, kafka, sinkGroup }: ClientHostProps, grantee: IGrantable): void {
  const feeds = FEED_NAMES.map((feed) => topicName(userId, feed));
  const all = [...feeds, deadLetterTopicName(userId)];
  kafka.grantProduce(grantee, feeds);
  // Groups that kafka-console-consumer.sh generates.
  kafka.grantConsume(grantee, all, ['console-consumer-*']);
  kafka.grantDescribe(grantee, all, [sinkGroup]);
}
