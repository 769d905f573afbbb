import { Match, Template } from 'aws-cdk-lib/assertions';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NetworkStack } from '../../../../lib/network/network-stack';
import type { ExistingNetwork, MadeNetwork } from '../../../../lib/stages';
import { complaints, type PlainTemplate } from '../rules/rules';
import { app, awsDeployment, resourcesOf, type TemplateResource } from '../synth';

function networkStack(network: MadeNetwork | ExistingNetwork): { stack: NetworkStack; template: Template } {
  const stack = new NetworkStack(app(), 'Test', awsDeployment('dev'), {
    env: { region: 'eu-west-1' },
    network,
  });
  return { stack, template: Template.fromStack(stack) };
}
const made = (overrides: Partial<MadeNetwork> = {}): ReturnType<typeof networkStack> =>
  networkStack({ kind: 'made', cidr: '10.60.0.0/16', zones: 2, egress: 'nat-instance', ...overrides });

const EGRESS = ['nat-instance', 'nat-gateway', 'endpoints'] as const;

/** The rules that let something into a group, wherever they are written. */
function ingressOf(template: Template): Record<string, unknown>[] {
  const own = resourcesOf(template, 'AWS::EC2::SecurityGroup').flatMap(
    ([, { Properties }]) => (Properties?.SecurityGroupIngress ?? []) as Record<string, unknown>[],
  );
  const apart = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => ({
    ...Properties,
  }));
  return [...own, ...apart];
}

describe.each(EGRESS)('whatever leads out (%s)', (egress) => {
  const { stack, template } = made({ egress, zones: 3 });

  test('there is one private subnet a zone, in three zones', () => {
    expect(stack.network.subnets).toHaveLength(3);
    const zones = resourcesOf(template, 'AWS::EC2::Subnet')
      .filter(([id]) => id.includes('private'))
      .map(([, { Properties }]) => JSON.stringify(Properties?.AvailabilityZone));
    expect(zones).toEqual([0, 1, 2].map((n) => `{"Fn::Select":[${n},{"Fn::GetAZs":""}]}`));
  });

  test('S3 is reached by a gateway from every private subnet', () => {
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.s3']] },
      VpcEndpointType: 'Gateway',
      RouteTableIds: Match.arrayWith(
        resourcesOf(template, 'AWS::EC2::RouteTable')
          .filter(([id]) => id.includes('private'))
          .map(([Ref]) => ({ Ref })),
      ),
    });
  });

  test('our rules hold: traffic is logged, nothing is let in from an address, no subnet is public', () => {
    expect(complaints(template.toJSON() as PlainTemplate)).toEqual([]);
    template.resourceCountIs('AWS::EC2::FlowLog', 1);
  });
});

describe('the user data of the NAT instance', () => {
  const [[, { Properties }]] = resourcesOf(made().template, 'AWS::EC2::Instance') as [
    [string, TemplateResource],
  ];
  const { 'Fn::Base64': script } = Properties?.UserData as { 'Fn::Base64': string };

  test('is a script that a shell can read', () => {
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  /** What the script writes into a file. */
  const written = (path: string): string =>
    script.split(`cat > ${path} <<'EOF'\n`)[1]?.split('\nEOF\n')[0] ?? '';

  test('has security fixes fetched every day and after a boot', () => {
    expect(written('/etc/systemd/system/patch-host.service')).toMatch(
      /^ExecStart=\/usr\/local\/sbin\/patch-host$/m,
    );
    expect(written('/etc/systemd/system/patch-host.timer')).toMatch(/^OnCalendar=\*-\*-\* 04:17:00$/m);
    expect(written('/etc/systemd/system/patch-host.timer')).toMatch(/^OnBootSec=15min$/m);
    expect(script).toMatch(/^chmod 755 \/usr\/local\/sbin\/patch-host$/m);
    expect(script).toMatch(/^systemctl enable --now patch-host\.timer$/m);
  });

  test.each([
    ['there were fixes: it restarts', 'echo kernel-2 >> "$PACKAGES"', 0, ['reboot']],
    ['there were none: it does not', 'true', 0, []],
    ['they could not be fetched: it fails, without a restart', 'false', 1, []],
  ])('%s', (_, dnf, status, asked) => {
    const folder = mkdtempSync(join(tmpdir(), 'patch-host-test-'));
    try {
      const packages = join(folder, 'packages');
      const calls = join(folder, 'calls');
      writeFileSync(packages, 'kernel-1\n');
      writeFileSync(calls, '');
      const tools = { dnf, rpm: 'cat "$PACKAGES"', systemctl: 'echo "$@" >> "$CALLS"' };
      for (const [name, body] of Object.entries(tools)) {
        writeFileSync(join(folder, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
      }
      const { PATH = '' } = process.env;
      const run = spawnSync('bash', {
        input: written('/usr/local/sbin/patch-host'),
        env: { PATH: `${folder}:${PATH}`, PACKAGES: packages, CALLS: calls },
      });
      expect(run.status).toBe(status);
      expect(readFileSync(calls, 'utf8').split('\n').filter(Boolean)).toEqual(asked);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('makes what it sets up last longer than a boot', () => {
    expect(script).toMatch(/^echo "\/swapfile none swap .*>> \/etc\/fstab$/m);
    expect(script).toMatch(/^systemctl enable iptables$/m);
    expect(script).toMatch(/^sudo service iptables save$/m);
    expect(script).toContain('> /etc/sysctl.d/');
  });
});

test('another user data makes another instance: it is run at the first boot only', () => {
  const [[id]] = resourcesOf(made().template, 'AWS::EC2::Instance') as [[string, TemplateResource]];
  expect(id).toMatch(/^NetworkMadeNatInstance[0-9A-F]{8}[0-9a-f]{16}$/);
});

test('a NAT gateway is one, whatever the zones', () => {
  made({ egress: 'nat-gateway', zones: 3 }).template.resourceCountIs('AWS::EC2::NatGateway', 1);
});

test('with endpoints there is no way to the internet', () => {
  const { template } = made({ egress: 'endpoints', zones: 3 });
  for (const type of ['InternetGateway', 'NatGateway', 'Instance', 'EIP']) {
    template.resourceCountIs(`AWS::EC2::${type}`, 0);
  }
  expect(JSON.stringify(resourcesOf(template, 'AWS::EC2::Route'))).not.toContain('0.0.0.0/0');
  const services = resourcesOf(template, 'AWS::EC2::VPCEndpoint')
    .filter(([, { Properties }]) => Properties?.VpcEndpointType === 'Interface')
    .map(([, { Properties }]) => String(Properties?.ServiceName).replace('com.amazonaws.eu-west-1.', ''));
  expect(services.sort()).toEqual(['logs', 'monitoring', 'secretsmanager', 'ssm', 'ssmmessages']);
  expect(ingressOf(template)).toEqual([
    expect.objectContaining({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
  ]);
});

test('zones can be named', () => {
  const { template } = made({ availabilityZones: ['eu-west-1b', 'eu-west-1c'] });
  const zones = resourcesOf(template, 'AWS::EC2::Subnet').map(
    ([, { Properties }]) => Properties?.AvailabilityZone,
  );
  expect(new Set(zones)).toEqual(new Set(['eu-west-1b', 'eu-west-1c']));
});

test('an existing VPC is left as it is: only a group is added', () => {
  const { stack, template } = networkStack({
    kind: 'existing',
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0a000001', 'subnet-0a000002'],
  });
  expect(stack.network.subnets.map(({ subnetId }) => subnetId)).toEqual([
    'subnet-0a000001',
    'subnet-0a000002',
  ]);
  expect(stack.network.subnets.map(({ availabilityZone }) => availabilityZone)).toEqual([
    'eu-west-1a',
    'eu-west-1b',
  ]);
  const { Resources } = template.toJSON() as { Resources: Record<string, { Type: string }> };
  expect(Object.values(Resources).map(({ Type }) => Type)).toEqual(['AWS::EC2::SecurityGroup']);
  template.hasResourceProperties('AWS::EC2::SecurityGroup', { VpcId: 'vpc-0123456789abcdef0' });
});
