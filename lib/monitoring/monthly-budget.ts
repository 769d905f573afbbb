import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';

/** The heading of the budget's section in `docs/runbook.md`. */
export const BUDGET_SECTION = 'budget/exceeded';

/** Properties of a {@link MonthlyBudget}. */
export interface MonthlyBudgetProps {
  readonly name: string;
  /** US dollars a month. */
  readonly limitUsd: number;
  readonly topic: ITopic;
}

/**
 * Budget of the whole account, with notifications at 80 % and 100 % of actual and 100 % of forecast spend. A budget by
 * tag would need the tag to be activated in the account's billing.
 */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { name, limitUsd, topic }: MonthlyBudgetProps) {
    super(scope, id);
    if (!(Number.isFinite(limitUsd) && limitUsd > 0)) {
      throw new Error(`The monthly budget of ${name} is ${limitUsd}: expected US dollars, a number above 0.`);
    }
    const at = (
      notificationType: 'ACTUAL' | 'FORECASTED',
      threshold: number,
    ): CfnBudget.NotificationWithSubscribersProperty => ({
      notification: {
        notificationType,
        threshold,
        thresholdType: 'PERCENTAGE',
        comparisonOperator: 'GREATER_THAN',
      },
      subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: name,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: limitUsd, unit: 'USD' },
      },
      notificationsWithSubscribers: [at('ACTUAL', 80), at('ACTUAL', 100), at('FORECASTED', 100)],
    });
  }
}
