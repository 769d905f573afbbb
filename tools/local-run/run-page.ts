/** The live page of a run: served from before its parts start until they stop. */
import type { Deployment } from '../pipeline/deployment';
import { openAddress } from '../web/open-address';
import { serveWeb } from '../web/server';
import type { LocalParts } from './local-parts';
import { LocalPipeline } from './local-pipeline';
import type { Output } from './output';
import type { RunOptions } from './run-options';

/** See the module's comment. */
export interface RunPage {
  readonly url: string;
  /** From now on the page shows this deployment; before, it says that the pipeline is being started. */
  readonly show: (deployment: Deployment) => void;
  /** Stops serving at once. */
  readonly close: () => Promise<void>;
}

/** Serves the page and says where. A page that cannot be served is said as well, and does not stop the run. */
export async function serveRunPage(
  { userId, open }: Pick<RunOptions, 'userId' | 'open'>,
  parts: LocalParts,
  output: Output,
): Promise<RunPage | undefined> {
  let deployment: Deployment | undefined;
  const find = (): Promise<Deployment> => {
    if (deployment !== undefined) return Promise.resolve(deployment);
    const ready = parts.supervisor.parts.map(({ name }) => name).join(', ') || 'none yet';
    return Promise.reject(new Error(`The pipeline is being started. Parts that are ready: ${ready}.`));
  };
  const pipeline = new LocalPipeline(userId, find);
  try {
    const { page: port } = parts.endpoints.ports;
    const { url, close } = await serveWeb({ pipeline, stage: 'local', userId, port });
    output.line(`Live page: ${url}`);
    const show = (target: Deployment): void => {
      deployment = target;
    };
    if (open) {
      await openAddress(url, (sentence) => {
        output.line(sentence);
      });
    }
    return { url, show, close };
  } catch (error) {
    output.line(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
