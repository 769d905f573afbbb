import { CommanderError } from 'commander';
import { readOptions } from '../../../../services/rest-proxy/options';

const SERVERS = ['--bootstrap-servers', 'b1:9092, b2:9092'];
const before = { ...process.env };
let written: string;

beforeEach(() => {
  written = '';
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text) => {
      written += String(text);
      return true;
    });
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = { ...before };
});

test('has defaults for everything but the brokers', () => {
  expect(readOptions(SERVERS)).toEqual({
    kafka: { bootstrapServers: ['b1:9092', 'b2:9092'] },
    host: '127.0.0.1',
    port: 8082,
    adminHost: '127.0.0.1',
    adminPort: 8084,
    topics: ['pinterest.*'],
    maxBodyBytes: 8_388_608,
    maxBytesInFlight: 67_108_864,
    workers: 1,
    maxConnections: 1000,
    deliveryTimeoutMs: 10_000,
    clientTimeoutMs: 10_000,
    shutdownTimeoutMs: 15_000,
    lanesPerTopic: 4,
    maxBatchBytes: 900_000,
    logLevel: 'info',
  });
});

test('reads the environment, flags first', () => {
  Object.assign(process.env, {
    REST_PROXY_BOOTSTRAP_SERVERS: 'b1:1',
    REST_PROXY_PORT: '81',
    REST_PROXY_MAX_BODY_BYTES: '2000',
    REST_PROXY_TOPICS: 'try.*, other',
  });
  expect(readOptions(['--port', '82', '--log-level', 'error'])).toMatchObject({
    kafka: { bootstrapServers: ['b1:1'] },
    port: 82,
    maxBodyBytes: 2000,
    topics: ['try.*', 'other'],
    logLevel: 'error',
  });
  process.env.REST_PROXY_PORT = '';
  expect(() => readOptions([])).toThrow(/'' from env 'REST_PROXY_PORT' is invalid/);
});

test('with IAM goes to the brokers over TLS, with a token of the region’s', () => {
  Object.assign(process.env, { REST_PROXY_KAFKA_AUTH: 'iam', AWS_REGION: 'eu-west-1' });
  expect(readOptions(SERVERS).kafka).toMatchObject({ ssl: true, sasl: { mechanism: 'oauthbearer' } });
  expect(readOptions([...SERVERS, '--kafka-auth', 'none']).kafka).toEqual({
    bootstrapServers: ['b1:9092', 'b2:9092'],
  });
});

test('help needs nothing else, and has every option with its default and variable', () => {
  expect(() => readOptions(['--help'])).toThrow(expect.objectContaining({ exitCode: 0 }) as Error);
  expect(written).toMatch(
    /--lanes-per-topic <number>\s+1 to 100 \(default: 4, env:\s+REST_PROXY_LANES_PER_TOPIC\)/,
  );
});

test.each([
  [[], "required option '--bootstrap-servers <list>' not specified"],
  [['--bootstrap-servers', ''], '"" is not "host:port"'],
  [['--bootstrap-servers', 'b1'], '"b1" is not "host:port"'],
  [['--bootstrap-servers', 'b1:9092,'], '"" is not "host:port"'],
  [['--bootstrap-servers', 'b1:70000'], '"b1:70000" is not "host:port"'],
  [[...SERVERS, '--port', '65536'], "'65536' is invalid. Expected a whole number from 0 to 65535"],
  [[...SERVERS, '--port', '8e3'], "'8e3' is invalid"],
  [[...SERVERS, '--prot', '80'], "unknown option '--prot'"],
  [[...SERVERS, 'extra'], 'too many arguments'],
  [[...SERVERS, '--topics', '*.pin'], '"*.pin" is neither a topic nor a prefix'],
  [[...SERVERS, '--admin-host', ''], "'' is invalid. Expected an address"],
  [[...SERVERS, '--host', ''], "'' is invalid. Expected an address"],
  [[...SERVERS, '--port', ''], "'' is invalid"],
  [[...SERVERS, '--log-level', ''], "'' is invalid. Allowed choices are debug, info, warn, error"],
  [[...SERVERS, '--kafka-auth', ''], "'' is invalid"],
  [[...SERVERS, '--log-level', 'loud'], "'loud' is invalid"],
  [[...SERVERS, '--kafka-auth', 'scram'], "'scram' is invalid. Allowed choices are none, iam"],
  [[...SERVERS, '--kafka-auth', 'iam'], '--kafka-auth iam needs the region of the cluster: set AWS_REGION'],
  [[...SERVERS, '--max-bytes-in-flight', '4096'], 'is less than --max-body-bytes'],
])('refuses %j', (args, reason) => {
  delete process.env.AWS_REGION;
  expect(() => readOptions(args)).toThrow(CommanderError);
  expect(written).toContain(reason);
  expect(written).toContain('Try --help.');
});
