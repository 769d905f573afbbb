/** The stages of the app, and the choice among them. */
import { checkUserId, DEFAULT_USER_ID } from '../../services/contract';
import { devStage } from './dev';
import { localStage } from './local';
import { prodStage } from './prod';
import { oneOf, optionalText, requiredText, SettingError, type SettingReader } from './settings';
import type { Stage, StageName } from './stage';

export type * from './api';
export type * from './batch';
export type * from './connect';
export type * from './kafka';
export type * from './network';
export type * from './operations';
export type * from './rest-proxy';
export type * from './sink';
export type * from './source';
export type * from './stage';
export type * from './streams';
export { SettingError, type SettingReader } from './settings';

const STAGES: Readonly<Record<StageName, (read: SettingReader) => Stage>> = {
  local: localStage,
  dev: devStage,
  prod: prodStage,
};

/** What is deployed: whose pipeline, and in which stage. */
export interface Deployment {
  /** The prefix of every topic and stack, for example `pinterest`. */
  readonly userId: string;
  readonly stage: Stage;
}

/**
 * Reads what to deploy: `stage` must be given, `userId` may be (default `pinterest`); the rest depends on the stage.
 *
 * @throws SettingError when a setting is missing or cannot be used, Error when the user id cannot be used.
 */
export function readDeployment(read: SettingReader): Deployment {
  const names = Object.keys(STAGES) as StageName[];
  requiredText(read, 'stage', `a stage (${names.join(', ')})`);
  const name = oneOf(read, 'stage', names, 'local');
  const userId = optionalText(read, 'userId', 'a user id') ?? DEFAULT_USER_ID;
  try {
    checkUserId(userId);
  } catch (error) {
    throw new SettingError(error instanceof Error ? error.message : String(error));
  }
  return { userId, stage: STAGES[name](read) };
}
