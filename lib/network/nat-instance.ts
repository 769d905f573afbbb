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
  /** A VPC with a public subnet, in whose first one the instance is. */
  readonly vpc: IVpc;
  /** The subnets whose way out it is. */
  readonly subnets: readonly ISubnet[];
}

/** When the instance fetches what has been fixed, UTC. */
const PATCHED_AT = '*-*-* 04:17:00';

/**
 * Security fixes, daily and a quarter of an hour after each boot, and a restart when there were some. The instance is not
 * replaced as those of an auto-scaling group are, because routes lead to it.
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
 * A small instance that translates addresses: a tenth of a NAT gateway's price, without its availability. EC2 recovers
 * it on other hardware by itself, and it fetches security fixes by itself. Nobody can log in; it admits nothing until a
 * group is let in.
 */
export class NatInstance extends Construct {
  /** Who may use it is said by rules of this group. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, subnets }: NatInstanceProps) {
    super(scope, id);
    this.securityGroup = new SecurityGroup(this, 'Group', { vpc, description: 'NAT instance' });
    const userData = UserData.forLinux();
    // It has 512 MiB, of which dnf alone may want more.
    userData.addCommands(
      'fallocate --length 512M /swapfile',
      'chmod 600 /swapfile',
      'mkswap /swapfile',
      // Also after a restart.
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
      // It runs at the first boot only: an instance of another one is made, and routes are moved to it.
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
