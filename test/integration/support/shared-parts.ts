/**
 * One broker, one local AWS and one database for all the files that kill none of them (the project `integration-shared`
 * of jest.config.mjs). Each file has topics, buckets, stacks and databases of its own names.
 */
import type { RunningMariaDb } from '../../../tools/local-run/parts/mariadb';

/** Where `start-shared-parts.ts` leaves what the workers need. */
export const VARIABLE = 'TEST_SHARED_PARTS';

/** Where the shared parts are. */
export interface SharedParts {
  readonly kafka: { readonly bootstrapServers: string };
  readonly miniStack: { readonly url: string };
  readonly mariaDb: Pick<RunningMariaDb, 'socket' | 'ports'>;
}

/** The shared parts. @throws Error outside of the project that starts them. */
export function sharedParts(): SharedParts {
  const text = process.env[VARIABLE];
  if (text === undefined)
    throw new Error(
      'The shared parts are not started: run this file with "--selectProjects integration-shared".',
    );
  return JSON.parse(text) as SharedParts;
}
