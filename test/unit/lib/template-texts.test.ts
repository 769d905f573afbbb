/** What AWS takes as a text, or mangles: holds over the templates of all stages. */
import type { Template } from 'aws-cdk-lib/assertions';
import { awsDeployment, deployment, pipeline, resourcesOf } from './synth';

const STAGES = {
  local: pipeline(deployment()),
  dev: pipeline(awsDeployment('dev')),
  prod: pipeline(awsDeployment('prod')),
  'dev with all it may have': pipeline(
    awsDeployment('dev', {
      kafkaCapacity: 'serverless',
      egress: 'nat-gateway',
      firewall: 'on',
      usagePlan: 'on',
      alarms: 'all',
      sshFrom: '203.0.113.0/24',
      batchEngine: 'emr-serverless',
      sourceSnapshot: 'mine-1',
    }),
  ),
};

/** The services that may take a role, and whether they say for whom: Amazon's documentation of each. */
const SAYS_FOR_WHOM: Readonly<Record<string, boolean>> = {
  'states.amazonaws.com': true,
  'scheduler.amazonaws.com': true,
  'kafkaconnect.amazonaws.com': true,
  'vpc-flow-logs.amazonaws.com': true,
  // Their documentation gives trust policies without a condition, and one that the service does not send would lock it
  // out. A role is passed within its account only (iam:PassRole), so no one else's resource can be given it.
  'lambda.amazonaws.com': false,
  'ec2.amazonaws.com': false,
  'apigateway.amazonaws.com': false,
  'emr-serverless.amazonaws.com': false,
};

/** All texts in a document, keys too, with where they are. */
function textsOf(node: unknown, path = ''): [path: string, text: string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]): [string, string][] => [
    [path, key],
    ...textsOf(value, `${path}/${key}`),
  ]);
}

describe.each(Object.entries(STAGES))('in %s', (_, { templates }) => {
  const all = Object.entries<Template>(templates);

  test('every text is ASCII: descriptions, names, user data, queries, mapping templates', () => {
    const others = all.flatMap(([part, template]) =>
      textsOf(template.toJSON(), part).filter(([, text]) => /[^\n\t\x20-\x7e]/.test(text)),
    );
    expect(others).toEqual([]);
  });

  test('every role is trusted to a service, for this account where the service says for whom', () => {
    const roles = all.flatMap(([, template]) => resourcesOf(template, 'AWS::IAM::Role'));
    expect(roles.length).toBeGreaterThan(5);
    for (const [id, { Properties }] of roles) {
      const { Statement } = Properties?.AssumeRolePolicyDocument as {
        Statement: { Principal: { Service: string }; Condition?: Record<string, object> }[];
      };
      for (const { Principal, Condition } of Statement) {
        const says = SAYS_FOR_WHOM[Principal.Service];
        expect([id, Principal, typeof says]).toEqual([id, Principal, 'boolean']);
        const isForUs = JSON.stringify(Condition ?? {}).includes(
          '"aws:SourceAccount":{"Ref":"AWS::AccountId"}',
        );
        expect([id, isForUs]).toEqual([id, says]);
      }
    }
  });

  test('a line of the access log is JSON whatever happens', () => {
    /** Values without quotes or backslashes for any caller: numbers, names, addresses, encoded paths. */
    const harmless = [
      ...[
        'requestTime',
        'requestId',
        'identity.userArn',
        'identity.sourceIp',
        'httpMethod',
        'path',
        'status',
      ],
      ...[
        'responseLength',
        'responseLatency',
        'integrationLatency',
        'integrationStatus',
        'error.responseType',
      ],
    ];
    const stages = all.flatMap(([, template]) => resourcesOf(template, 'AWS::ApiGateway::Stage'));
    expect(stages).toHaveLength(1);
    for (const [, { Properties }] of stages) {
      const { Format } = Properties?.AccessLogSetting as { Format: string };
      const line = Format.replace(/\$context\.([\w.]+)/g, (_variable, name: string) => {
        expect(harmless).toContain(name);
        // Where a variable has no value, API Gateway writes this.
        return '-';
      });
      expect(line).not.toBe(Format);
      expect(Object.values(JSON.parse(line) as object)).toEqual(Array(harmless.length).fill('-'));
    }
  });
});
