/**
 * The proxy's options: types, defaults, and how they are read from flags and the environment.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_USER_ID } from '../contract';
import { parseBootstrapServers, type KafkaConnection } from '../kafka-client';
import { mskIam } from '../kafka-client/msk-iam';
import { LOG_LEVELS, type LogLevel } from './log';
import { parseTopics } from './topic-filter';

/** The options. */
export interface ProxyOptions {
  /** Kafka's bootstrap servers, TLS and authentication. */
  readonly kafka: Pick<KafkaConnection, 'bootstrapServers' | 'ssl' | 'sasl'>;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host: string;
  /** The port to listen on; 0 for any free one. Default: 8082. */
  readonly port: number;
  /** The address of metrics and health. Default: 127.0.0.1. */
  readonly adminHost: string;
  /** The port of metrics and health; 0 for any free one. Default: 8084, as 8083 is Kafka Connect's. */
  readonly adminPort: number;
  /** The topics that are served: names, and prefixes that end with `*`. Default: `pinterest.*`. */
  readonly topics: readonly string[];
  /** Maximum bytes of a request's body, also when it is decompressed. Default: 8 MiB. */
  readonly maxBodyBytes: number;
  /** Maximum bytes of all bodies in progress, with the memory their records take. Default: 64 MiB. */
  readonly maxBytesInFlight: number;
  /** Processes behind the port, which share the limits; as many as cores that Kafka leaves free. Default: 1. */
  readonly workers: number;
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

type NumberOption = {
  [Name in keyof ProxyOptions]: ProxyOptions[Name] extends number ? Name : never;
}[keyof ProxyOptions];

/** What is a number: its default, and the range that it must be in. */
const NUMBERS: Readonly<Record<NumberOption, readonly [number, least: number, most: number]>> = {
  port: [8082, 0, 65_535],
  adminPort: [8084, 0, 65_535],
  maxBodyBytes: [8 * 1024 * 1024, 1024, 256 * 1024 * 1024],
  maxBytesInFlight: [64 * 1024 * 1024, 1024, 2 ** 32],
  workers: [1, 1, 64],
  maxConnections: [1000, 1, 100_000],
  deliveryTimeoutMs: [10_000, 100, 600_000],
  clientTimeoutMs: [10_000, 100, 600_000],
  shutdownTimeoutMs: [15_000, 100, 600_000],
  lanesPerTopic: [4, 1, 100],
  maxBatchBytes: [900_000, 1024, 64 * 1024 * 1024],
};

/** How the proxy proves to the brokers who it is: not at all, or to Amazon MSK by IAM over TLS. */
const KAFKA_AUTH = ['none', 'iam'] as const;

interface Parsed extends Omit<ProxyOptions, 'kafka'> {
  readonly bootstrapServers: string[];
  readonly kafkaAuth: (typeof KAFKA_AUTH)[number];
}

/** An option that may also be set in the environment: `--port` by `REST_PROXY_PORT`. */
function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`REST_PROXY_${made.name().toUpperCase().replaceAll('-', '_')}`);
}

/** Lets commander report what a parser throws. */
function parsing<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return parsing((text) => {
    const number = Number(text);
    if (/^[0-9]+$/.test(text) && number >= least && number <= most) return number;
    throw new Error(`Expected a whole number from ${least} to ${most}.`);
  });
}

const readHost = parsing((text) => {
  // An empty one would be every address of the machine.
  if (/^[\w.:%-]+$/.test(text)) return text;
  throw new Error('Expected an address or a host name: 127.0.0.1, or 0.0.0.0 for every address.');
});

/** The command with its options; also what `docs/reference/rest-proxy.md` is made from. */
export function proxyCommand(): Command {
  const command = new Command('rest-proxy')
    .description("A Kafka REST proxy that speaks Confluent's REST Proxy v2 for producers.")
    .addOption(
      option('--bootstrap-servers <list>', 'some of the brokers, for example 127.0.0.1:9092')
        .argParser(parsing(parseBootstrapServers))
        .makeOptionMandatory(),
    )
    .addOption(
      option('--kafka-auth <kind>', 'iam is for Amazon MSK, in the region AWS_REGION')
        .choices(KAFKA_AUTH)
        .default('none'),
    )
    .addOption(
      option('--topics <list>', 'topics to serve: names, and prefixes that end with "*"')
        .argParser(parsing(parseTopics))
        .default([`${DEFAULT_USER_ID}.*`], `${DEFAULT_USER_ID}.*`),
    )
    .addOption(option('--host <address>', 'address to listen on').argParser(readHost).default('127.0.0.1'))
    .addOption(
      option('--admin-host <address>', 'address of metrics and health')
        .argParser(readHost)
        .default('127.0.0.1'),
    )
    .addOption(option('--log-level <level>', 'least level to log').choices(LOG_LEVELS).default('info'));
  for (const [name, [standard, least, most]] of Object.entries(NUMBERS)) {
    const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const number = option(`--${flag} <number>`, `${least} to ${most}`);
    command.addOption(number.argParser(wholeNumber(least, most)).default(standard));
  }
  return command.allowExcessArguments(false).showHelpAfterError('Try --help.').exitOverride();
}

/**
 * Reads the options. A flag takes precedence over the environment.
 *
 * @param args the command line behind the program's name.
 * @throws CommanderError when they cannot be used, or help was asked for (exit code 0); the text has been written.
 */
export function readOptions(args: readonly string[]): ProxyOptions {
  const command = proxyCommand().parse(args, { from: 'user' });
  const { bootstrapServers, kafkaAuth, ...options } = command.opts<Parsed>();
  if (options.maxBytesInFlight < options.maxBodyBytes)
    command.error(
      `error: --max-bytes-in-flight ${options.maxBytesInFlight} is less than --max-body-bytes ${options.maxBodyBytes}: the largest body would never be taken.`,
    );
  if (kafkaAuth === 'none') return { ...options, kafka: { bootstrapServers } };
  const region = process.env.AWS_REGION ?? '';
  if (region === '')
    command.error(
      'error: --kafka-auth iam needs the region of the cluster: set AWS_REGION, for example eu-west-1.',
    );
  return { ...options, kafka: { bootstrapServers, ...mskIam(region) } };
}
