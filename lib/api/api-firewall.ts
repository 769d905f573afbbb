import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Properties of an {@link ApiFirewall}. */
export interface ApiFirewallProps {
  /** The stage of the API that is protected. */
  readonly stage: Stage;
  /** Requests that one address may send in five minutes, 10 or more. */
  readonly ratePerAddress: number;
}

const visible = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: false,
});

/**
 * A web ACL before the API: an address that sends too much is refused for a while, and one of ill repute always. Bodies
 * are not looked into: posts may say anything, and samples of requests are not kept.
 */
export class ApiFirewall extends Construct {
  constructor(scope: Construct, id: string, { stage, ratePerAddress }: ApiFirewallProps) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible('requests'),
      rules: [
        {
          name: 'rate',
          priority: 0,
          statement: { rateBasedStatement: { limit: ratePerAddress, aggregateKeyType: 'IP' } },
          action: { block: {} },
          visibilityConfig: visible('rate'),
        },
        {
          name: 'reputation',
          priority: 1,
          statement: {
            managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' },
          },
          overrideAction: { none: {} },
          visibilityConfig: visible('reputation'),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', { resourceArn: stage.stageArn, webAclArn: acl.attrArn });
  }
}
