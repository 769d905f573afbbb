import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { ApiFirewall } from '../../../../lib/api/api-firewall';
import { emptyStack, resourcesOf, type TemplateResource } from '../synth';

const stack = emptyStack();
const api = new RestApi(stack, 'Api', { cloudWatchRole: false });
api.root.addMethod('GET');
new ApiFirewall(stack, 'Firewall', { stage: api.deploymentStage, ratePerAddress: 2_000 });
const template = Template.fromStack(stack);

test('an address over the rate limit is blocked', () => {
  template.hasResourceProperties('AWS::WAFv2::WebACL', {
    Scope: 'REGIONAL',
    DefaultAction: { Allow: {} },
    Rules: Match.arrayWith([
      Match.objectLike({
        Statement: { RateBasedStatement: { Limit: 2_000, AggregateKeyType: 'IP' } },
        Action: { Block: {} },
      }),
    ]),
  });
});

test('an address with a bad reputation is blocked', () => {
  template.hasResourceProperties('AWS::WAFv2::WebACL', {
    Rules: Match.arrayWith([
      Match.objectLike({
        Statement: {
          ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesAmazonIpReputationList' },
        },
        OverrideAction: { None: {} },
      }),
    ]),
  });
});

test('no request is kept as a sample', () => {
  const text = JSON.stringify(resourcesOf(template, 'AWS::WAFv2::WebACL'));
  expect(text.match(/"SampledRequestsEnabled":false/g)).toHaveLength(3);
  expect(text).not.toContain('"SampledRequestsEnabled":true');
});

test('it protects the stage of the API', () => {
  const [[acl]] = resourcesOf(template, 'AWS::WAFv2::WebACL') as [[string, TemplateResource]];
  template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
    WebACLArn: { 'Fn::GetAtt': [acl, 'Arn'] },
    ResourceArn: {
      'Fn::Join': [
        '',
        Match.arrayWith([
          'arn:aws:apigateway:eu-west-1::/restapis/',
          '/stages/',
          { Ref: Match.stringLikeRegexp('^ApiDeploymentStage') },
        ]),
      ],
    },
  });
});
