import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Stack } from '@aws-sdk/client-cloudformation';
import { requireDeployed } from '../../../../tools/local-run/deploy';
import { stackProblems, wantedStacks } from '../../../../tools/local-run/deployed-stacks';
import { isWhole } from '../../../../tools/pipeline/pipeline-stacks';
import { ScriptedAws, stacksAnswer } from '../deployed-stage/scripted-aws';

const WANTED = [{ name: 'me-local-api', outputs: ['ApiUrl'] }];
const stack = (StackStatus: string, more: object = {}): Stack => ({
  StackName: 'me-local-api',
  StackStatus: StackStatus as Stack['StackStatus'],
  CreationTime: new Date(),
  Outputs: [{ OutputKey: 'ApiUrl', OutputValue: 'http://127.0.0.1' }],
  ...more,
});

test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'])(
  '%s with its outputs is deployed',
  (status) => {
    expect(isWhole(status)).toBe(true);
    expect(stackProblems(WANTED, [stack(status)])).toEqual([]);
  },
);

test.each([
  'CREATE_IN_PROGRESS',
  'UPDATE_IN_PROGRESS',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
  'DELETE_FAILED',
])('%s is not', (status) => {
  expect(stackProblems(WANTED, [stack(status, { StackStatusReason: 'no role' })])).toEqual([
    `me-local-api is ${status} (no role)`,
  ]);
});

test('a stack that is missing, was deleted, or lacks an output is named', () => {
  expect(stackProblems(WANTED, [])).toEqual(['me-local-api is not there']);
  expect(stackProblems(WANTED, [stack('DELETE_COMPLETE')])).toEqual(['me-local-api is not there']);
  expect(stackProblems(WANTED, [stack('CREATE_COMPLETE', { Outputs: [] })])).toEqual([
    'me-local-api lacks the outputs ApiUrl',
  ]);
});

test('one that was deleted and created again is deployed', () => {
  expect(stackProblems(WANTED, [stack('DELETE_COMPLETE'), stack('CREATE_COMPLETE')])).toEqual([]);
});

describe('a synthesised app', () => {
  let stateDir: string;

  beforeEach(() => {
    stateDir = mkdtempSync(path.join(tmpdir(), 'deployed-stacks-'));
  });

  afterEach(() => {
    rmSync(stateDir, { recursive: true });
  });

  test('has a stack for each template', () => {
    writeFileSync(path.join(stateDir, 'a.template.json'), '{"Outputs":{"One":{},"Two":{}}}');
    writeFileSync(path.join(stateDir, 'b.template.json'), '{}');
    writeFileSync(path.join(stateDir, 'b.assets.json'), '{}');
    expect(wantedStacks(stateDir)).toEqual([
      { name: 'a', outputs: ['One', 'Two'] },
      { name: 'b', outputs: [] },
    ]);
  });

  test('is compared with what the local AWS has, and an error names the commands that help', async () => {
    const aws = await ScriptedAws.start();
    const check = (stacks: Parameters<typeof stacksAnswer>[0]): Promise<void> => {
      aws.answers.set('DescribeStacks', stacksAnswer(stacks));
      return requireDeployed({
        userId: 'me',
        stateDir,
        aws: aws.stage().aws,
        bootstrapServers: '127.0.0.1:1',
        connectUrl: 'http://127.0.0.1:1',
        restProxyUrl: 'http://127.0.0.1:1',
        databaseHost: '127.0.0.1',
        databasePort: 1,
        tableEnginePackage: '/package',
      });
    };
    mkdirSync(path.join(stateDir, 'cdk.out'));
    writeFileSync(path.join(stateDir, 'cdk.out', 'me-local-api.template.json'), '{"Outputs":{"ApiUrl":{}}}');
    try {
      await check({ 'me-local-api': { ApiUrl: 'http://127.0.0.1' }, another: {} });
      await expect(check({ another: {} })).rejects.toThrow(
        /: me-local-api is not there\. `npm start -- --user-id me` deploys again; .*`npm run reset -- --user-id me`/,
      );
    } finally {
      await aws.stop();
    }
  });
});
