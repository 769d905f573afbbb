/** The catalogue of inputs (see `README.md`) as the TypeScript tests read it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FeedName } from '../../services/contract';
import differences from './differences.json';

/** A text as it is, or as parts that are joined. */
type Text = string | readonly (string | { readonly repeat: string; readonly times: number })[];

/** The row without its nulls. */
export type Row = Readonly<Record<string, unknown>>;

/** What an input becomes: a row, or a reject with its reason and its raw text, null for a record without a value. */
export type Outcome = { readonly row: Row } | { readonly reject: string; readonly rawText: string | null };

/** One input. */
export interface CatalogueInput {
  readonly name: string;
  readonly feed: FeedName;
  readonly record: Buffer;
  /** The status of the REST proxy's answer. */
  readonly proxy: number;
  /** The status of the answer of the streams' API. */
  readonly api: number;
  /** What is behind the REST proxy and the sink. */
  readonly topics: Outcome;
  readonly streams: Outcome;
  /** Why the streams differ: a name of {@link DIFFERENCES}. */
  readonly difference: string | undefined;
}

/** A kind of input of which the paths make something else; the sentences are a row of the data contract's table. */
export interface Difference {
  readonly sent: string;
  readonly topics: string;
  readonly streams: string;
  readonly why: string;
}

interface Entry {
  readonly name: string;
  readonly feed: FeedName;
  readonly record?: Text;
  readonly bytes?: string;
  readonly door?: number;
  readonly proxy?: number;
  readonly row?: Readonly<Record<string, unknown>>;
  readonly reject?: Text;
  readonly rawText?: Text;
  readonly sink?: string;
  readonly streams?: Partial<Entry> & { readonly difference: string };
}

function joined(text: Text): string {
  return typeof text === 'string'
    ? text
    : text.map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');
}

/** A value of a row: an array with a part to repeat is a text. */
function value(given: unknown): unknown {
  const isText = Array.isArray(given) && given.some((part) => typeof part === 'object' && part !== null);
  return isText ? joined(given as Text) : given;
}

function outcome({ row, reject, rawText }: Partial<Entry>): Outcome {
  if (reject !== undefined) return { reject: joined(reject), rawText: joined(rawText ?? '') };
  return { row: Object.fromEntries(Object.entries(row ?? {}).map(([name, one]) => [name, value(one)])) };
}

function read(entry: Entry): CatalogueInput {
  const record =
    entry.bytes === undefined ? Buffer.from(joined(entry.record ?? '')) : Buffer.from(entry.bytes, 'hex');
  const given = { rawText: record.toString().replace(/[\r\n]/g, ''), ...entry };
  const { row, ...rest } = given;
  const topics = outcome(given);
  return {
    name: entry.name,
    feed: entry.feed,
    record,
    proxy: entry.proxy ?? entry.door ?? 200,
    api: entry.door ?? 200,
    topics:
      'row' in topics || entry.sink === undefined
        ? topics
        : { reject: entry.sink, rawText: given.rawText === 'null' ? null : joined(given.rawText) },
    // A row there is in the place of a reject here, and the other way round.
    streams: outcome({
      ...(entry.streams?.reject === undefined ? { row } : {}),
      ...rest,
      ...entry.streams,
      ...(entry.streams?.row === undefined ? {} : { reject: undefined }),
    }),
    difference: entry.streams?.difference,
  };
}

/** All inputs. */
export const CATALOGUE: readonly CatalogueInput[] = readFileSync(join(__dirname, 'inputs.jsonl'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => read(JSON.parse(line) as Entry));

/** The differences between the paths by name. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = differences;

/** The table of the data contract: a row for each difference, with the inputs that show it. */
export function differencesTable(): string[][] {
  return Object.entries(DIFFERENCES).map(([name, { sent, topics, streams, why }]) => {
    const inputs = CATALOGUE.filter(({ difference }) => difference === name).map((one) => one.name);
    return [sent, topics, streams, why, inputs.join('; ')];
  });
}
