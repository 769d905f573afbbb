/** The methods of a pipeline that a page may call: what each takes, and whether it changes something. */
import { FEED_NAMES } from '../../services/contract';
import { CAPABILITIES, type Capability, type Side } from '../pipeline/capabilities';
import { BROKEN_KINDS, PART_ACTIONS } from '../pipeline/hands';
import { ENGINES, type Control, type Pipeline } from '../pipeline/pipeline';
import {
  checkOptions,
  flag,
  number,
  oneOf,
  required,
  text,
  whole,
  type Check,
  type Required,
} from './option-checks';
import type { About, Api, ApiMethod } from './protocol';

/** A check for every option. */
type Checks<Options> = {
  readonly [Name in keyof Options]-?: undefined extends Options[Name] ? Check : Required;
};

interface Method<Options> {
  /** Changes something: it continues when the page is closed, and what the page shows is then read again. */
  readonly isChange?: true;
  /** Absent: the method takes no options. */
  readonly options?: Checks<Options>;
}

const engine = oneOf(ENGINES);
const feed = required(oneOf(FEED_NAMES));
const newest = whole(1, 1000);

/** One line for each method. */
export const METHODS: { readonly [Name in ApiMethod]: Method<Api[Name]['options']> } = {
  status: {},
  emulate: {
    isChange: true,
    options: {
      mode: oneOf(['all', 'random']),
      to: required(oneOf(['topics', 'streams', 'both'])),
      posts: whole(1, 1_000_000),
      seed: whole(0, 4_294_967_295),
      run: text(200),
      rate: number(0, 1_000_000),
      pause: number(0, 60),
      recordRoute: flag,
    },
  },
  batch: { isChange: true, options: { engine, memoryLimit: text(20), wait: flag } },
  answers: { options: { engine } },
  reconcile: { options: { wait: whole(0, 3600) } },
  doctor: {},
  query: { options: { sql: required(text(100_000)), maxRows: whole(1, 10_000) } },
  tables: {},
  browse: { options: { of: required(oneOf(['topic', 'stream'])), feed, newest } },
  trace: { options: { ind: required(whole(0, Number.MAX_SAFE_INTEGER)) } },
  rejects: { options: { newest } },
  parts: {},
  actOnPart: {
    isChange: true,
    options: { part: required(text(100)), action: required(oneOf(PART_ACTIONS)) },
  },
  emulator: {},
  setEmulator: { isChange: true, options: { paused: flag, rate: number(0, 1_000_000) } },
  sendBroken: {
    isChange: true,
    options: { feed, kind: required(oneOf(BROKEN_KINDS)), to: required(oneOf(['topics', 'streams'])) },
  },
  report: {},
};

/** Whether a page may call a method of this name. */
export function isMethod(name: string): name is ApiMethod {
  return Object.hasOwn(METHODS, name);
}

/** What a side of the pipeline does not do. */
export function unsupportedOf(side: Side): Pick<About, 'unsupported' | 'unsupportedOptions'> {
  const table: Readonly<Record<string, Capability | undefined>> = CAPABILITIES;
  const methods = Object.keys(METHODS).map((name) => ({ name, capability: table[name] }));
  return {
    unsupported: Object.fromEntries(
      methods.flatMap(({ name, capability }) => {
        const reason = capability?.absent?.[side];
        return reason === undefined ? [] : [[name, reason]];
      }),
    ),
    unsupportedOptions: Object.fromEntries(
      methods.flatMap(({ name, capability }) => {
        const options = capability?.unsupported[side];
        return options === undefined ? [] : [[name, options]];
      }),
    ),
  };
}

/** A pipeline whose methods are called by name. */
type ByName = Readonly<Record<string, ((...args: unknown[]) => Promise<unknown>) | undefined>>;

/**
 * Calls a method.
 *
 * @throws BadOptions when the options are not as it expects them; what the pipeline throws.
 */
export async function callMethod(
  pipeline: Pipeline,
  about: Pick<About, 'unsupportedOptions'>,
  name: ApiMethod,
  options: unknown,
  control: Control,
): Promise<unknown> {
  const { options: checks } = METHODS[name];
  const checked = checkOptions(options, { ...checks }, about.unsupportedOptions[name]);
  const args = checks === undefined ? [control] : [checked, control];
  return (pipeline as unknown as ByName)[name]?.(...args);
}
