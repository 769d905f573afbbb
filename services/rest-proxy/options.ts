/** The proxy's options, their defaults, and how flags and the environment set them. */
import { parseArgs } from 'node:util';
import { parseBootstrapServers, type KafkaConnection } from '../kafka-client';
import { mskIam } from '../kafka-client/msk-iam';
import { LOG_LEVELS, type LogLevel } from './log';

/** The options. */
export interface ProxyOptions {
  /** Kafka's bootstrap servers, TLS and authentication. */
  readonly kafka: Pick<KafkaConnection, 'bootstrapServers' | 'ssl' | 'sasl'>;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host: string;
  /** The port to listen on; 0 for any free one. Default: 8082. */
  readonly port: number;
  /** Maximum bytes of a request's body. Default: 8 MiB. */
  readonly maxBodyBytes: number;
  /** Maximum bytes of all bodies in progress, with the memory their records take. Default: 64 MiB. */
  readonly maxBytesInFlight: number;
  /** Maximum connections. Default: 1,000. */
  readonly maxConnections: number;
  /** Time-out in milliseconds for Kafka's acknowledgement of a record. Default: 10,000. */
  readonly deliveryTimeoutMs: number;
  /** Time-out in milliseconds for a request's headers; three times that for the whole. Default: 10,000. */
  readonly clientTimeoutMs: number;
  /** Milliseconds that running requests get at shutdown. Default: 15,000. */
  readonly shutdownTimeoutMs: number;
  /** Maximum connections, each with a producer id, per topic. Default: 4. */
  readonly lanesPerTopic: number;
  /** Maximum bytes of a batch sent to Kafka. Keep it below the brokers' message.max.bytes. Default: 900,000. */
  readonly maxBatchBytes: number;
  /** Minimum level to log. Default: info, which logs failed requests only. */
  readonly logLevel: LogLevel;
}

/** The defaults; the brokers have none. */
export const DEFAULT_OPTIONS: Omit<ProxyOptions, 'kafka'> = {
  host: '127.0.0.1',
  port: 8082,
  maxBodyBytes: 8 * 1024 * 1024,
  maxBytesInFlight: 64 * 1024 * 1024,
  maxConnections: 1000,
  deliveryTimeoutMs: 10_000,
  clientTimeoutMs: 10_000,
  shutdownTimeoutMs: 15_000,
  lanesPerTopic: 4,
  maxBatchBytes: 900_000,
  logLevel: 'info',
};

/** Invalid options; the message says which and why. */
export class OptionsError extends Error {}

/** The numeric flags, with their options and ranges. */
const NUMBERS = {
  port: ['port', 0, 65_535],
  'max-body-bytes': ['maxBodyBytes', 1024, 256 * 1024 * 1024],
  'max-bytes-in-flight': ['maxBytesInFlight', 1024, 2 ** 32],
  'max-connections': ['maxConnections', 1, 100_000],
  'delivery-timeout-ms': ['deliveryTimeoutMs', 100, 600_000],
  'client-timeout-ms': ['clientTimeoutMs', 100, 600_000],
  'shutdown-timeout-ms': ['shutdownTimeoutMs', 100, 600_000],
  'lanes-per-topic': ['lanesPerTopic', 1, 100],
  'max-batch-bytes': ['maxBatchBytes', 1024, 64 * 1024 * 1024],
} as const;

/** Authentication at the brokers: none, or IAM over TLS for Amazon MSK. */
const KAFKA_AUTH = ['none', 'iam'] as const;

/** What `--help` prints. */
export const USAGE = `Usage: rest-proxy --bootstrap-servers HOST:PORT[,HOST:PORT…] [options]

A Kafka REST proxy that speaks Confluent's REST Proxy v2 for JSON records.

Options (each may also be set in the environment as REST_PROXY_<NAME>, for example REST_PROXY_PORT):
  --bootstrap-servers LIST  some of the brokers; needed
  --kafka-auth KIND         ${KAFKA_AUTH.join(', ')} (none); iam is for Amazon MSK, in the region AWS_REGION
  --host ADDRESS            address to listen on (${DEFAULT_OPTIONS.host})
  --log-level LEVEL         ${LOG_LEVELS.join(', ')} (${DEFAULT_OPTIONS.logLevel})
${Object.entries(NUMBERS)
  .map(([flag, [option]]) => `  ${`--${flag} NUMBER`.padEnd(31)} (${DEFAULT_OPTIONS[option]})`)
  .join('\n')}
  --help                    this text
`;

/**
 * Reads the options. A flag takes precedence over the environment.
 *
 * @param args the command-line arguments.
 * @param environment for example `process.env`.
 * @returns undefined for `--help`.
 * @throws OptionsError
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ProxyOptions | undefined {
  const names = ['bootstrap-servers', 'kafka-auth', 'host', 'log-level', ...Object.keys(NUMBERS)];
  const flags = readFlags(args, names);
  if (flags.help !== undefined) return undefined;
  const text = (name: string): string | undefined =>
    flags[name] ?? environment[`REST_PROXY_${name.toUpperCase().replaceAll('-', '_')}`];

  const servers = text('bootstrap-servers');
  if (servers === undefined || servers === '')
    throw new OptionsError(
      'The brokers are missing: set --bootstrap-servers or REST_PROXY_BOOTSTRAP_SERVERS, for example 127.0.0.1:9092.',
    );
  let bootstrapServers: string[];
  try {
    bootstrapServers = parseBootstrapServers(servers);
  } catch (error) {
    throw new OptionsError((error as Error).message);
  }
  const numbers: Partial<Record<keyof ProxyOptions, number>> = {};
  for (const [flag, [option, least, most]] of Object.entries(NUMBERS)) {
    const given = text(flag);
    if (given !== undefined) numbers[option] = readNumber(flag, given, least, most);
  }
  const options: ProxyOptions = {
    ...DEFAULT_OPTIONS,
    ...numbers,
    kafka: { bootstrapServers, ...readKafkaAuth(text('kafka-auth') ?? 'none', environment.AWS_REGION) },
    host: readHost(text('host') ?? DEFAULT_OPTIONS.host),
    logLevel: readLogLevel(text('log-level') ?? DEFAULT_OPTIONS.logLevel),
  };
  if (options.maxBytesInFlight < options.maxBodyBytes)
    throw new OptionsError(
      `--max-bytes-in-flight ${options.maxBytesInFlight} is less than --max-body-bytes ${options.maxBodyBytes}: the largest body would never be accepted.`,
    );
  return options;
}

function readFlags(args: readonly string[], names: readonly string[]): Record<string, string | undefined> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
        help: { type: 'boolean' as const, short: 'h' },
      },
    });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new OptionsError((error as Error).message);
  }
}

function readNumber(flag: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^[0-9]+$/.test(text) && number >= least && number <= most) return number;
  throw new OptionsError(
    `--${flag} ${JSON.stringify(text)} cannot be used: expected a whole number from ${least} to ${most}.`,
  );
}

function readHost(text: string): string {
  // An empty host would listen on every address.
  if (/^[\w.:%-]+$/.test(text)) return text;
  throw new OptionsError(
    `--host ${JSON.stringify(text)} cannot be used: expected an address or a host name, for example 127.0.0.1, or 0.0.0.0 for every address.`,
  );
}

function readKafkaAuth(text: string, region: string | undefined): Pick<KafkaConnection, 'ssl' | 'sasl'> {
  const kind = KAFKA_AUTH.find((known) => known === text);
  if (kind === undefined)
    throw new OptionsError(
      `--kafka-auth ${JSON.stringify(text)} cannot be used: expected ${KAFKA_AUTH.join(' or ')}.`,
    );
  if (kind === 'none') return {};
  if (region === undefined || region === '')
    throw new OptionsError(
      '--kafka-auth iam needs the region of the cluster: set AWS_REGION, for example eu-west-1.',
    );
  return mskIam(region);
}

function readLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new OptionsError(
    `--log-level ${JSON.stringify(text)} cannot be used: expected ${LOG_LEVELS.join(', ')}.`,
  );
}
