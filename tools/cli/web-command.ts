/** `web`: serves the live page of a pipeline that runs already. */
import type { Command } from 'commander';
import type { Control } from '../pipeline/pipeline';
import { openAddress } from '../web/open-address';
import { wholeNumber } from './arguments';
import { addStageOptions, openPipeline, userIdOption, type StageFlags } from './stage-option';

/** Adds the command. */
export function addWebCommand(program: Command, { signal, tell }: Control): void {
  const command = program
    .command('web')
    .description(
      'serve the live page of the pipeline on 127.0.0.1 until Ctrl-C; `npm start` serves one by itself',
    )
    .addOption(userIdOption())
    .option('--port <port>', 'fixed port (default: a free one)', wholeNumber(1, 65_535))
    .option('--open', "open the page in this machine's browser")
    .action(async (flags: StageFlags & { readonly port?: number; readonly open?: true }) => {
      const { stage, userId, port } = flags;
      // Only here, as the clients of the pipelines.
      const { serveWeb } = await import('../web/server.js');
      const server = await serveWeb({ pipeline: await openPipeline(flags), stage, userId, port });
      process.stdout.write(`Live page: ${server.url}\n`);
      if (flags.open) await openAddress(server.url, tell);
      await new Promise((resolve) => {
        if (signal.aborted) resolve(undefined);
        signal.addEventListener('abort', resolve);
      });
      await server.close();
    });
  addStageOptions(command, {
    onAws: 'Shows what AWS knows of the stage; what it does not know, or cannot do, is said on the page.',
    unsupported: {},
  });
}
