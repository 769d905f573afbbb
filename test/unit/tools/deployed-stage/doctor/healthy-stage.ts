/** A healthy stage for each test of a file, and how a test looks into what the doctor says of it. */
import type { CheckResult } from '../../../../../tools/pipeline/doctor/check';
import { ScriptedAws } from '../scripted-aws';
import { scriptHealthyStage } from './scripted-stage';

/** Starts the server that plays AWS before each test, and stops it afterwards. @returns the server of the test that runs. */
export function useHealthyStage(): () => ScriptedAws {
  const environment = process.env;
  let aws: ScriptedAws;
  beforeEach(async () => {
    process.env = { ...environment, AWS_MAX_ATTEMPTS: '1' };
    aws = await ScriptedAws.start();
    scriptHealthyStage(aws);
  });
  afterEach(async () => {
    process.env = environment;
    await aws.stop();
  });
  return () => aws;
}

/** The line of a check. */
export const lineOf = (results: readonly CheckResult[], check: string): CheckResult | undefined =>
  results.find((one) => one.check === check);

/** The lines that are not well, by check. */
export const bad = (results: readonly CheckResult[]): string[] =>
  results.filter(({ status }) => status !== 'ok').map(({ check, status }) => `${check} ${status}`);
