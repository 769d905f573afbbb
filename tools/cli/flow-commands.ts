/** The commands that look at single records: `browse`, `trace`, `rejects`. */
import { Argument, Option, type Command } from 'commander';
import { FEED_NAMES, type FeedName } from '../../services/contract';
import type { Control } from '../pipeline/pipeline';
import { wholeNumber } from './arguments';
import { formatBrowsed, formatRejects, formatTrace } from './format-flow';
import type { PipelineCommand } from './pipeline';

/** How many records are shown unless said otherwise. */
const NEWEST = 20;
/** Row numbers are 32-bit integers in the tables. */
const MOST_IND = 2 ** 31 - 1;

interface BrowseFlags {
  readonly topic?: FeedName;
  readonly stream?: FeedName;
  readonly newest: number;
}

function newestOption(most: number): Option {
  return new Option('--newest <n>', 'how many of the newest').argParser(wholeNumber(1, most)).default(NEWEST);
}

/** Adds the commands. @param add adds one and returns it. */
export function addFlowCommands(
  add: <Flags, Result>(command: PipelineCommand<Flags, Result>) => Command,
  control: Control,
): void {
  add({
    name: 'browse',
    description: 'the newest records of a topic or of a stream, the newest first',
    call: (pipeline, { topic, stream = 'pin', newest }: BrowseFlags) =>
      pipeline.browse(
        { of: topic === undefined ? 'stream' : 'topic', feed: topic ?? stream, newest },
        control,
      ),
    format: formatBrowsed,
  })
    .addOption(new Option('--topic <feed>', "the feed's topic").choices(FEED_NAMES).conflicts('stream'))
    .addOption(new Option('--stream <feed>', "the feed's stream").choices(FEED_NAMES))
    .addOption(newestOption(1000))
    .hook('preAction', (_, browse) => {
      const { topic, stream } = browse.opts<BrowseFlags>();
      if (topic === undefined && stream === undefined) {
        browse.error('error: expected --topic or --stream with a feed, for example --topic pin.');
      }
    });

  add({
    name: 'trace',
    description: "a post's way: its rows in the source, its records, raw lines, table rows and rejects",
    call: (pipeline, _flags, [ind]) => pipeline.trace({ ind: Number(ind) }, control),
    format: formatTrace,
  }).addArgument(new Argument('<ind>', "the post's row number").argParser(wholeNumber(0, MOST_IND)));

  add({
    name: 'rejects',
    description: 'what was refused on both paths: counts by reason, and the newest records with their text',
    call: (pipeline, flags: { readonly newest: number }) => pipeline.rejects(flags, control),
    format: formatRejects,
  }).addOption(newestOption(1000));
}
