/**
 * One run of the whole pipeline, from the installation to Ctrl-C.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { freeBytes, requireSpace, RUN_BYTES } from './disk-space';
import { ensureParts, missingParts, toolsOfARun } from './install';
import { ensureSinkPlugin } from './install/sink-plugin';
import { checkTools } from './install/tools';
import { chooseEndpoints, LocalParts } from './local-parts';
import { serveRunPage, type RunPage } from './run-page';
import { runPipeline, type RunContext } from './run-pipeline';
import { removeEmulatorFile } from './state/emulator-file';
import { endLeftovers, removeRunFile } from './state/run-file';
import { openState } from './state/state-folder';
import { StopRequest } from './stop-request';

/** With less than this left, in bytes, a failure is put down to the full disk. */
const FULL_BYTES = 50e6;

/** Programs fail in many words when the disk is full; this says it first. */
async function explain(cause: unknown, folder: string): Promise<Error> {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  if (error instanceof StopRequest && error.exitCode !== 1) return error;
  const free = await freeBytes(folder);
  if (free > FULL_BYTES) return error;
  return new Error(
    `The disk is full: ${folder} has ${(free / 1e6).toFixed(0)} MB of free space. Make room and start again. ${error.message}`,
    { cause },
  );
}

/**
 * Runs the pipeline.
 *
 * @returns the exit code: with `--once` 0 when nothing is missing or double, else 1.
 * @throws the StopRequest when the run was asked to stop, or an Error when it failed. Everything is stopped by then.
 */
export async function run(context: RunContext): Promise<number> {
  const { options, output, stop } = context;
  await checkTools(toolsOfARun(), stop.signal);
  const missing = missingParts().length;
  const onProgress = (line: string): void => {
    output.line(line);
    const left = missingParts().length;
    if (missing > 0) output.now({ title: 'Installing', done: missing - left, of: missing });
  };
  await ensureParts(onProgress, stop).finally(() => {
    output.now();
  });
  const { sinkPlugin } = options;
  const pluginPath = sinkPlugin && (await ensureSinkPlugin(sinkPlugin, onProgress, stop.signal));
  const state = openState(options.userId);
  try {
    await requireSpace(state.folder, RUN_BYTES, 'the data of a pipeline');
    await endLeftovers(state.folder, ({ name, pid }) => {
      output.line(`Ending ${name} (pid ${pid}), left behind by an earlier run.`);
    });
    const endpoints = await chooseEndpoints(state, options.ports);
    const onFailure = (error: Error): void => {
      stop.abort(new StopRequest(error.message, 1));
    };
    const parts = new LocalParts(state, endpoints, output, onFailure, options.restarts, pluginPath);
    let page: RunPage | undefined;
    try {
      if (options.web) page = await serveRunPage(options, parts, output);
      return await runPipeline(context, state.folder, parts, page);
    } catch (cause) {
      const error = await explain(cause, state.folder);
      stop.abort(error); // What is still under way ends as well.
      throw error;
    } finally {
      await page?.close();
      output.line('Stopping all parts …');
      output.now({ title: 'Stopping' });
      await parts.stop();
      removeRunFile(state.folder);
      removeEmulatorFile(state.folder);
      rmSync(path.join(state.folder, 'ministack', 'tmp'), { recursive: true, force: true });
      output.now();
      output.line('Everything has stopped.');
    }
  } finally {
    state.close();
  }
}
