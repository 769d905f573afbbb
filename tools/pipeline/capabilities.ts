/** What the two sides of {@link Pipeline} do differently, and what each does not do: the one table for help and errors. */
import type { EmulateOptions } from './emulate';
import type { BatchOptions, Pipeline, ReconcileOptions } from './pipeline';
import type { ReplayOptions } from './replay';

/** A method of the interface. */
export type Method = keyof Pipeline;

/** The sides: the local run, and the stages on AWS. */
export type Side = 'local' | 'aws';

/** An option of a method. */
type OptionName = keyof EmulateOptions | keyof BatchOptions | keyof ReconcileOptions | keyof ReplayOptions;

/** How a method differs between the sides. */
export interface Capability {
  /** What it does on a stage on AWS, whole sentences. */
  readonly onAws: string;
  /** The options that a side does not take, each with the reason, a clause. */
  readonly unsupported: Readonly<Partial<Record<Side, Readonly<Partial<Record<OptionName, string>>>>>>;
  /** The sides that lack the method altogether, each with the reason, a clause. */
  readonly absent?: Readonly<Partial<Record<Side, string>>>;
}

const ENGINE = "the daily batch has the stage's own engine";
const RATE = "the function sends at the stage's own rate";
/** Why an option is none of the local run's. */
export const ONLY_AWS = 'it is for the stages on AWS';

/** A method that a stage on AWS does not have. */
function onlyLocal(clause: string): Capability {
  return { onAws: `Not possible: ${clause}.`, unsupported: {}, absent: { aws: clause } };
}
const NO_PROCESSES = 'AWS runs the parts, and there are no processes to act on';
const NO_EMULATOR =
  "the stage's schedule sends the posts, at the stage's rate; the setting `emulator` switches it on and off";

/** The differences by method. */
export const CAPABILITIES: Readonly<Record<Method, Capability>> = {
  status: {
    onAws:
      'Shows the stacks, the alarms that are on, and when the newest answers were made; exit code 1 when a stack is not whole or an alarm is on.',
    unsupported: {},
  },
  emulate: {
    onAws: "The stage's function sends the posts, at the stage's rate; --run names a run as here.",
    unsupported: {
      aws: {
        rate: RATE,
        pause: RATE,
        recordRoute: 'the function sends to the streams by many records a request',
      },
    },
  },
  batch: {
    onAws:
      "Starts the daily batch's state machine (clean, answer, reconcile, maintenance, report) and waits for its end; exit code 1 when it fails.",
    unsupported: { local: { wait: ONLY_AWS }, aws: { engine: ENGINE, memoryLimit: ENGINE } },
  },
  answers: {
    onAws: 'Prints the answers that the last daily batch left in the bucket, and when it made them.',
    unsupported: { aws: { engine: ENGINE } },
  },
  reconcile: {
    onAws:
      "The stage's function counts by ledger, raw files and tables; it does not read the topics and does not wait.",
    unsupported: { aws: { wait: 'what is not stored yet is counted as on the way' } },
  },
  replay: {
    onAws:
      "The stage's function adds what is missing. A stream is read here, with your own rights to it; raw files are read by the function, which has 15 minutes.",
    unsupported: {},
  },
  doctor: {
    onAws:
      'Asks for account, stacks, cluster, sink, REST proxy, API, streams, answers and alarms; before anything is deployed, for what a deployment needs. It changes nothing.',
    unsupported: {},
  },
  parts: onlyLocal(NO_PROCESSES),
  actOnPart: onlyLocal(NO_PROCESSES),
  emulator: onlyLocal(NO_EMULATOR),
  setEmulator: onlyLocal(NO_EMULATOR),
  sendBroken: onlyLocal(
    'its reconciliation does not read the topics, and takes every record of the ledger for a JSON object',
  ),
  flow: {
    onAws:
      'Samples once a minute what CloudWatch knows: records of the streaming path, since the stage was made. The other stations are null.',
    unsupported: {},
  },
  browse: {
    onAws: 'Reads a stream, with your own rights to it. The topics are in a network of their own.',
    unsupported: {},
  },
  trace: onlyLocal(
    'its topics are in a network of their own, and its raw files too many to look through from here',
  ),
  rejects: {
    onAws: 'Athena reads the quarantine; dead-letter records are in it after the next daily batch.',
    unsupported: {},
  },
  report: {
    onAws:
      'Prints a link to the report that the last daily batch left in the bucket, signed with your own rights; whoever has the link can read the report for 15 minutes.',
    unsupported: {},
  },
  query: {
    onAws:
      "Athena answers, in its own dialect (Trino), with the stage's workgroup and its limit on what one query reads; the results stay in AWS for a day.",
    unsupported: {},
  },
  tables: {
    onAws: "Lists the stage's Glue database.",
    unsupported: {},
  },
};

/** The error of a method that a side lacks. */
export function absentError(method: Method, side: Side): Error {
  const clause = CAPABILITIES[method].absent?.[side] ?? 'it is not there';
  return new Error(
    `${method} cannot be used ${side === 'aws' ? 'with a stage on AWS' : 'with the local run'}: ${clause}.`,
  );
}
