import { Match, Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { join } from 'node:path';
import { ClientHost } from '../../../../lib/client-host/client-host';
import { ExternalKafka } from '../../../../lib/kafka/external-kafka';
import { ProxyBalancer } from '../../../../lib/client-host/proxy-balancer';
import { existingNetwork } from '../network';
import { emptyStack, resourcesOf, type TemplateResource } from '../synth';

const stack = emptyStack();
const network = existingNetwork(stack);
const host = new ClientHost(stack, 'Host', {
  userId: 'me',
  settings: {
    kind: 'client-host',
    port: 8082,
    instanceType: 't4g.micro',
    diskGiB: 8,
    package: join(__dirname, '../fixtures/client-host'),
  },
  vpc: network.vpc,
  subnets: network.subnets,
  securityGroups: [network.members],
  kafka: new ExternalKafka(stack, 'Kafka', {
    settings: { kind: 'external', bootstrapServers: 'b:9092', auth: { kind: 'none' } },
    network,
  }),
  sinkGroup: 'connect-me',
  metricsNamespace: 'me',
  logRetention: RetentionDays.ONE_WEEK,
});
const made = new ProxyBalancer(stack, 'Proxy', { network, host, port: 8082 });
const template = Template.fromStack(stack);

test('nothing is let in but what comes over the private link', () => {
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    SecurityGroups: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^ProxyGroup'), 'GroupId'] }],
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
  });
  const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').filter(([, { Properties }]) =>
    JSON.stringify(Properties?.GroupId).includes('"ProxyGroup'),
  );
  const [, group] = resourcesOf(template, 'AWS::EC2::SecurityGroup').find(([id]) =>
    id.startsWith('ProxyGroup'),
  ) as [string, TemplateResource];
  expect(rules).toEqual([]);
  expect(group.Properties).not.toHaveProperty('SecurityGroupIngress');
});

test('the host lets in the balancer on the port of the proxy, and nothing else', () => {
  const rules = resourcesOf(template, 'AWS::EC2::SecurityGroupIngress').map(
    ([, { Properties }]) => Properties,
  );
  expect(rules).toEqual([
    expect.objectContaining({
      FromPort: 8082,
      ToPort: 8082,
      GroupId: { 'Fn::GetAtt': [expect.stringMatching(/^HostGroup/), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^ProxyGroup/), 'GroupId'] },
    }),
  ]);
});

test('a proxy that does not respond is no target', () => {
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    Port: 8082,
    Protocol: 'TCP',
    HealthCheckProtocol: 'HTTP',
    HealthCheckPath: '/health',
  });
  const [[targets]] = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup') as [
    [string, TemplateResource],
  ];
  template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
    TargetGroupARNs: [{ Ref: targets }],
  });
});

test('the API reaches it over its own VPC link', () => {
  const [[balancer]] = resourcesOf(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer') as [
    [string, TemplateResource],
  ];
  template.hasResourceProperties('AWS::ApiGateway::VpcLink', { TargetArns: [{ Ref: balancer }] });
  expect(stack.resolve(made.url)).toEqual({
    'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [balancer, 'DNSName'] }, ':8082']],
  });
});
