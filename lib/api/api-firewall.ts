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
 * Web ACL for the API: blocks an address that exceeds the rate, and addresses on AWS's IP reputation list. Bodies are
 * not inspected (posts may contain any text) and no request samples are kept.
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
