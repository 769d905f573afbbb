/** Inspects the streaming path of a deployment. */
import { FEED_NAMES } from '../../services/contract';
import type { Deployment } from './deployment';
import type { StreamInspection } from './documents.generated';
import { runTableEngine, type TableEngineOptions } from './table-engine';

/** What the streams acknowledged and what became of it. */
export function inspectStreams(
  deployment: Deployment,
  options: TableEngineOptions,
): Promise<StreamInspection> {
  return runTableEngine<StreamInspection>(deployment, 'inspect-streams', options);
}

/** Acknowledged records that the functions have not got to yet, over all feeds. */
export function onTheirWay({ feeds }: StreamInspection): number {
  return FEED_NAMES.reduce((sum, feed) => sum + feeds[feed].pending, 0);
}
