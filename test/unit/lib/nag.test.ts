/**
 * The rules of cdk-nag, in both stages. What it finds and is meant to be so is in `nag-acknowledged.ts`. Rights with
 * wildcards (IAM5) are left out: iam-wildcards.test.ts has each of them with its actions.
 */
import { AwsSolutionsChecks } from 'cdk-nag';
import { addPipeline } from '../../../lib/pipeline';
import { ACKNOWLEDGED, type Acknowledged } from './nag-acknowledged';
import { app, awsDeployment } from './synth';

interface Finding {
  readonly rule: string;
  readonly path: string;
}

/** All that is found in a stage, with paths that do not name it. */
function findings(stage: 'dev' | 'prod'): Finding[] {
  const made = app();
  addPipeline(made, awsDeployment(stage));
  made.synth();
  const { violations } = new AwsSolutionsChecks(made).validateScope(made);
  return violations
    .filter(({ ruleName }) => !ruleName.startsWith('AwsSolutions-IAM5['))
    .flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => ({
        rule: ruleName.replace('AwsSolutions-', ''),
        path: String(constructPath).replace(`pinterest-${stage}-`, ''),
      })),
    );
}

const covers = ({ rule, path }: Acknowledged, found: Finding): boolean =>
  (found.rule === rule || found.rule.startsWith(`${rule}[`)) && path.test(found.path);

describe.each(['dev', 'prod'] as const)('in the stage %s', (stage) => {
  const found = findings(stage);
  const acknowledged = ACKNOWLEDGED.filter((entry) => (entry.stage ?? stage) === stage);

  test('nothing is found that is not meant', () => {
    expect(found.filter((one) => !acknowledged.some((entry) => covers(entry, one)))).toEqual([]);
  });

  test('all that is acknowledged is there', () => {
    expect(acknowledged.filter((entry) => !found.some((one) => covers(entry, one)))).toEqual([]);
  });
});
