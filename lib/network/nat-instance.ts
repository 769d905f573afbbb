import {
  BlockDeviceVolume,
  CpuCredits,
  CfnRoute,
  EbsDeviceVolumeType,
  Instance,
  InstanceClass,
  InstanceSize,
  InstanceType,
  NatInstanceProviderV2,
  SecurityGroup,
  UserData,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { amazonLinux } from './amazon-linux';

/** Properties of a {@link NatInstance}. */
export interface NatInstanceProps {
  /** A VPC with a public subnet; the instance is in the first. */
  readonly vpc: IVpc;
  /** The subnets that route through it. */
  readonly subnets: readonly ISubnet[];
}

/** When the instance installs updates, UTC. */
const PATCHED_AT = '*-*-* 04:17:00';

/**
 * Installs security updates daily and 15 minutes after each boot, and restarts when there were any. The instance is not
 * replaced instead, because routes point to it.
 * https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html
 */
const PATCHING = [
  "cat > /usr/local/sbin/patch-host <<'EOF'",
  '#!/bin/bash',
  'set -eu',
  'before=$(rpm -qa | sort)',
  'dnf --assumeyes --refresh --releasever=latest upgrade --security',
  '[[ $(rpm -qa | sort) == "$before" ]] || systemctl reboot',
  'EOF',
  'chmod 755 /usr/local/sbin/patch-host',
  "cat > /etc/systemd/system/patch-host.service <<'EOF'",
  '[Unit]',
  'Description=Security fixes, and a restart when there were some',
  'Wants=network-online.target',
  'After=network-online.target',
  '[Service]',
  'Type=oneshot',
  'ExecStart=/usr/local/sbin/patch-host',
  'EOF',
  "cat > /etc/systemd/system/patch-host.timer <<'EOF'",
  '[Timer]',
  `OnCalendar=${PATCHED_AT}`,
  'OnBootSec=15min',
  '[Install]',
  'WantedBy=timers.target',
  'EOF',
  'systemctl daemon-reload',
  'systemctl enable --now patch-host.timer',
];

/**
 * A small NAT instance: a tenth of a NAT gateway's price, without its availability. EC2 auto-recovers it, and it
 * updates itself. It allows no login, and no ingress until a group is added.
 */
export class NatInstance extends Construct {
  /** Rules of this group decide who may use it. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, subnets }: NatInstanceProps) {
    super(scope, id);
    this.securityGroup = new SecurityGroup(this, 'Group', { vpc, description: 'NAT instance' });
    const userData = UserData.forLinux();
    // dnf alone may need more than its 512 MiB.
    userData.addCommands(
      'fallocate --length 512M /swapfile',
      'chmod 600 /swapfile',
      'mkswap /swapfile',
      // Persist across restarts.
      'echo "/swapfile none swap defaults 0 0" >> /etc/fstab',
      'swapon /swapfile',
    );
    userData.addCommands(...NatInstanceProviderV2.DEFAULT_USER_DATA_COMMANDS, ...PATCHING);
    const instance = new Instance(this, 'Instance', {
      vpc,
      vpcSubnets: { subnets: vpc.publicSubnets.slice(0, 1) },
      instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
      creditSpecification: CpuCredits.STANDARD,
      machineImage: amazonLinux('deployment', userData),
      // User data runs at the first boot only, so a change replaces the instance and moves the routes.
      userDataCausesReplacement: true,
      securityGroup: this.securityGroup,
      sourceDestCheck: false,
      associatePublicIpAddress: true,
      requireImdsv2: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(8, {
            encrypted: true,
            deleteOnTermination: true,
            volumeType: EbsDeviceVolumeType.GP3,
          }),
        },
      ],
    });
    subnets.forEach((subnet, index) => {
      new CfnRoute(this, `Route${index + 1}`, {
        routeTableId: subnet.routeTable.routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        instanceId: instance.instanceId,
      });
    });
  }
}
