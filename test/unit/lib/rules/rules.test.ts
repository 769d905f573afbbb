/** Our own rules hold in both stages, and see it when a property that protects something is changed. */
import type { Template } from 'aws-cdk-lib/assertions';
import { awsDeployment, pipeline } from '../synth';
import { mutations } from './mutations';
import { complaints, EXPECTED, type PlainTemplate } from './rules';

const TYPES = new Set([
  ...Object.keys(EXPECTED),
  'AWS::IAM::Policy',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupIngress',
]);
/** The NAT instance is in `dev` only. */
const CHANGED = new Set([...TYPES, 'AWS::EC2::Instance']);

test('a role that may make log groups is complained of, by its statements or by Amazon’s policy', () => {
  const statement = { Effect: 'Allow', Action: ['logs:CreateLogGroup'], Resource: 'arn:of:a:group' };
  const roles = [
    { Policies: [{ PolicyName: 'Log', PolicyDocument: { Statement: [statement] } }] },
    { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'] },
  ];
  for (const Properties of roles)
    expect(complaints({ Resources: { Mine: { Type: 'AWS::IAM::Role', Properties } } })).toEqual([
      expect.stringMatching(/^Mine: .*log groups that are never deleted$/),
    ]);
});

describe.each(['dev', 'prod'] as const)('in the stage %s', (stage) => {
  const all = Object.values<Template>(pipeline(awsDeployment(stage)).templates).map(
    (template) => template.toJSON() as PlainTemplate,
  );

  test('nothing is complained of', () => {
    expect(all.flatMap(complaints)).toEqual([]);
  });

  test('every type that there is a rule for is there', () => {
    const present = new Set(all.flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)));
    expect([...TYPES].filter((type) => !present.has(type))).toEqual([]);
  });

  test('nine of ten changes that make it less safe are seen; the survivors are printed', () => {
    const survivors: string[] = [];
    let count = 0;
    for (const template of all) {
      for (const mutation of mutations(template, CHANGED)) {
        const undo = mutation.apply();
        count += 1;
        if (complaints(template).length === 0) survivors.push(mutation.name);
        undo();
      }
      expect(complaints(template)).toEqual([]);
    }
    const share = 1 - survivors.length / count;
    if (survivors.length > 0)
      console.info(`${stage}: ${count} mutations, ${survivors.length} survived:\n${survivors.join('\n')}`);
    expect(count).toBeGreaterThan(200);
    expect(share).toBeGreaterThanOrEqual(0.9);
  });
});
