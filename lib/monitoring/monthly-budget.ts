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
 * A budget of the whole account, which sends a message when four fifths of it are spent, when it is, and when it looks as
 * if it will be. Costs by tag would only count once somebody has activated the tag for the account's bills.
 */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { name, limitUsd, topic }: MonthlyBudgetProps) {
    super(scope, id);
    if (!(Number.isFinite(limitUsd) && limitUsd > 0)) {
      throw new Error(`The monthly budget of ${name} is ${limitUsd}: expected US dollars, more than 0.`);
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
