/** Which pipeline a command works on. */
import { requireUsablePaths } from '../local-run/paths';
import type { Pipeline } from '../pipeline/pipeline';
import { forgetAwsAccount } from '../processes/environment';
import { stageOf, type StageFlags } from './stage-option';

/**
 * The pipeline that the flags name. Nothing is asked of it yet.
 *
 * @throws UnusablePathError when the checkout or the state folder is in a place that the local run cannot use.
 */
export async function openPipeline(flags: StageFlags): Promise<Pipeline> {
  requireUsablePaths();
  // Only here: the clients of either side take a second to load.
  if (flags.stage === 'local') {
    forgetAwsAccount();
    const { LocalPipeline } = await import('../local-run/local-pipeline.js');
    return new LocalPipeline(flags.userId);
  }
  const { StagePipeline } = await import('../deployed-stage/stage-pipeline.js');
  return new StagePipeline(stageOf(flags));
}
