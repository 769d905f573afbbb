import { Stack } from 'aws-cdk-lib';
import { ApiKey, Period, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { UsagePlanSettings } from '../stages';

/** Properties of an {@link ApiUsagePlan}. */
export interface ApiUsagePlanProps {
  readonly restApi: RestApi;
  readonly settings: UsagePlanSettings;
}

/**
 * Usage plan of the API, and the emulator's API key. API Gateway generates the key's value, so no template contains it.
 * Other callers get their own keys in the same plan.
 */
export class ApiUsagePlan extends Construct {
  /** The id of the emulator's key. */
  readonly keyId: string;

  constructor(scope: Construct, id: string, { restApi, settings }: ApiUsagePlanProps) {
    super(scope, id);
    const { requestsPerSecond, burst, requestsPerDay } = settings;
    const plan = restApi.addUsagePlan('UsagePlan', {
      description: 'Request limits for each API key',
      apiStages: [{ api: restApi, stage: restApi.deploymentStage }],
      throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
      quota: { limit: requestsPerDay, period: Period.DAY },
    });
    const key = new ApiKey(this, 'EmulatorKey', { description: 'The emulator' });
    plan.addApiKey(key);
    this.keyId = key.keyId;
  }

  /** Lets the grantee read the value of this key, and of no other. */
  grantRead({ grantPrincipal }: IGrantable): void {
    const { partition, region } = Stack.of(this);
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['apigateway:GET'],
        // API Gateway's own resources have no account in their names.
        resources: [`arn:${partition}:apigateway:${region}::/apikeys/${this.keyId}`],
      }),
    );
  }
}
