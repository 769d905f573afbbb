import { DEFAULT_OPTIONS, OptionsError, readOptions } from '../../../../services/rest-proxy/options';

const SERVERS = ['--bootstrap-servers', 'b1:9092, b2:9092'];

test('has defaults for everything but the brokers', () => {
  expect(readOptions(SERVERS, {})).toEqual({
    ...DEFAULT_OPTIONS,
    kafka: { bootstrapServers: ['b1:9092', 'b2:9092'] },
  });
});

test('reads the environment, flags first', () => {
  const environment = {
    REST_PROXY_BOOTSTRAP_SERVERS: 'b1:1',
    REST_PROXY_PORT: '81',
    REST_PROXY_MAX_BODY_BYTES: '2000',
  };
  const options = readOptions(['--port', '82', '--log-level', 'error'], environment);
  expect(options).toMatchObject({
    kafka: { bootstrapServers: ['b1:1'] },
    port: 82,
    maxBodyBytes: 2000,
    logLevel: 'error',
  });
});

test('with IAM goes to the brokers over TLS, with a token of the region’s', () => {
  const { kafka } = readOptions(SERVERS, { REST_PROXY_KAFKA_AUTH: 'iam', AWS_REGION: 'eu-west-1' }) ?? {};
  expect(kafka).toMatchObject({ ssl: true, sasl: { mechanism: 'oauthbearer' } });
  expect(readOptions([...SERVERS, '--kafka-auth', 'none'], { AWS_REGION: 'eu-west-1' })?.kafka).toEqual({
    bootstrapServers: ['b1:9092', 'b2:9092'],
  });
});

test('help needs nothing else', () => {
  expect(readOptions(['--help'], {})).toBeUndefined();
});

test.each([
  [[], 'The brokers are missing'],
  [['--bootstrap-servers', ''], 'The brokers are missing'],
  [['--bootstrap-servers', 'b1'], '"b1" is not "host:port"'],
  [['--bootstrap-servers', 'b1:9092,'], '"" is not "host:port"'],
  [['--bootstrap-servers', 'b1:70000'], '"b1:70000" is not "host:port"'],
  [[...SERVERS, '--port', '65536'], '--port "65536" cannot be used: expected a whole number from 0 to 65535'],
  [[...SERVERS, '--port', '8e3'], '--port "8e3"'],
  [[...SERVERS, '--prot', '80'], "'--prot'"],
  [[...SERVERS, 'extra'], 'extra'],
  [[...SERVERS, '--host', ''], '--host "" cannot be used: expected an address'],
  [[...SERVERS, '--port', ''], '--port "" cannot be used'],
  [[...SERVERS, '--log-level', ''], '--log-level "" cannot be used'],
  [[...SERVERS, '--kafka-auth', ''], '--kafka-auth "" cannot be used'],
  [[...SERVERS, '--log-level', 'loud'], '--log-level "loud"'],
  [[...SERVERS, '--kafka-auth', 'scram'], '--kafka-auth "scram" cannot be used: expected none or iam'],
  [[...SERVERS, '--kafka-auth', 'iam'], '--kafka-auth iam needs the region of the cluster: set AWS_REGION'],
  [[...SERVERS, '--max-bytes-in-flight', '4096'], 'is less than --max-body-bytes'],
])('refuses %j', (args, reason) => {
  expect(() => readOptions(args, {})).toThrow(OptionsError);
  expect(() => readOptions(args, {})).toThrow(reason);
});
