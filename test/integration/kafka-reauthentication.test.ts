/**
 * That both clients, kafkajs set up as {@link createKafka} does and the REST proxy's producer, ask for a token again on an
 * open connection before its session ends, whether requests are sent on it or not, as Amazon MSK needs it: on a real broker that authenticates by OAUTHBEARER and ends sessions after seconds. MSK's own
 * tokens are checked by `test/unit/kafka-client`.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKafka, type KafkaConnection } from '../../services/kafka-client';
import { createKafkaProducer } from '../../services/rest-proxy/kafka-producer';
import type { Attempt } from '../../services/rest-proxy/lane';
import { ensureParts, installedParts } from '../../tools/local-run/install';
import { javaProgram, kafkaJava, propertiesText } from '../../tools/local-run/parts/java';
import { startPart, type RunningPart } from '../../tools/local-run/parts/part-process';
import { choosePorts } from '../../tools/local-run/ports';
import { childEnvironment } from '../../tools/processes/environment';
import { runCommand } from '../../tools/processes/run-command';
import { makeTopics } from './support/make-topics';

jest.setTimeout(300_000);

/** How long a session lasts. kafkajs asks for a new token ten seconds before its end. */
const SESSION_MS = 12_000;

const stateDir = mkdtempSync(join(tmpdir(), 'reauthentication-'));
let broker: RunningPart;
let bootstrapServers: string;

/** A token that a broker without a key takes: JSON, and no signature. */
function token(seconds: number): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const iat = Date.now() / 1000;
  return `${encode({ alg: 'none' })}.${encode({ sub: 'client', iat, exp: iat + seconds })}.`;
}

/** How to connect, with tokens that are counted. */
function counted(makeToken: () => string): { connection: KafkaConnection; asked: () => number } {
  let asked = 0;
  const connection: KafkaConnection = {
    bootstrapServers: [bootstrapServers],
    clientId: 'reauthentication',
    sasl: {
      mechanism: 'oauthbearer',
      oauthBearerProvider: () => {
        asked += 1;
        return Promise.resolve({ value: makeToken() });
      },
    },
  };
  return { connection, asked: () => asked };
}

function client(makeToken: () => string): { kafka: ReturnType<typeof createKafka>; asked: () => number } {
  const { connection, asked } = counted(makeToken);
  return { kafka: createKafka(connection), asked };
}

/** A producer of the REST proxy, and a function that stores a record by it. */
function proxyProducer(makeToken: () => string): {
  store: () => Promise<Attempt>;
  close: () => Promise<void>;
  asked: () => number;
} {
  const { connection, asked } = counted(makeToken);
  const producer = createKafkaProducer(connection, 'a', 5000);
  const record = { key: null, value: Buffer.from('x'), settle: () => undefined, deadline: Infinity };
  return { store: () => producer.attempt(0, [record]), close: () => producer.close(), asked };
}

beforeAll(async () => {
  await ensureParts(undefined, { only: ['kafka'] });
  const { kafkaLibs } = installedParts();
  const ports = await choosePorts(['kafka', 'controller'], 'Kafka');
  const folder = join(stateDir, 'kafka');
  const config = join(folder, 'server.properties');
  mkdirSync(folder);
  const login = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required';
  writeFileSync(
    config,
    propertiesText({
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
      listeners: `CLIENTS://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.controller}`,
      'advertised.listeners': `CLIENTS://127.0.0.1:${ports.kafka}`,
      'controller.listener.names': 'CONTROLLER',
      'inter.broker.listener.name': 'CLIENTS',
      'sasl.mechanism.inter.broker.protocol': 'OAUTHBEARER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,CLIENTS:SASL_PLAINTEXT',
      'listener.name.clients.sasl.enabled.mechanisms': 'OAUTHBEARER',
      'listener.name.clients.oauthbearer.sasl.jaas.config': `${login} unsecuredLoginStringClaim_sub="broker";`,
      'listener.name.clients.oauthbearer.connections.max.reauth.ms': SESSION_MS,
      'log.dirs': join(folder, 'data'),
      'offsets.topic.replication.factor': 1,
    }),
  );
  const id = `A${randomBytes(16).toString('base64url').slice(1)}`;
  await runCommand(
    javaProgram(),
    kafkaJava(kafkaLibs, 128, folder, 'kafka.tools.StorageTool', ['format', '-t', id, '-c', config]),
    { env: childEnvironment('local') },
  );
  bootstrapServers = `127.0.0.1:${ports.kafka}`;
  broker = await startPart({
    name: 'kafka',
    command: javaProgram(),
    args: kafkaJava(kafkaLibs, 256, folder, 'kafka.Kafka', [config]),
    env: childEnvironment('local'),
    cwd: folder,
    stateDir,
    ports,
    url: bootstrapServers,
    probe: async () => {
      const admin = client(() => token(60)).kafka.admin();
      try {
        await admin.connect();
        await admin.listTopics();
      } finally {
        await admin.disconnect();
      }
    },
    stopTimeoutMs: 20_000,
  });
});

afterAll(async () => {
  await broker.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

test('connections that live longer than their sessions get new tokens, in use or idle, and no request fails', async () => {
  const { kafka, asked } = client(() => token(60));
  const admin = kafka.admin();
  await makeTopics(admin, { topic: 'a', numPartitions: 1 });
  const busy = proxyProducer(() => token(60));
  const idle = proxyProducer(() => token(60));
  const [adminAsked, began] = [asked(), Date.now()];
  // A broker that has just started has no producer ids to give yet.
  while ((await busy.store()).kind !== 'stored') await sleep(50);
  expect(await idle.store()).toEqual({ kind: 'stored', baseOffset: 1n });
  let offset = 1n;
  const idleAsked = idle.asked();
  while (Date.now() - began < 1.5 * SESSION_MS) {
    offset += 1n;
    expect(await busy.store()).toEqual({ kind: 'stored', baseOffset: offset });
    expect(await admin.listTopics()).toContain('a');
    await sleep(500);
  }
  // The broker ends a connection by which a request comes after its session, and the attempt would fail.
  expect(idle.asked()).toBeGreaterThan(idleAsked);
  expect(await idle.store()).toEqual({ kind: 'stored', baseOffset: offset + 1n });
  expect(busy.asked()).toBeGreaterThan(1);
  expect(asked()).toBeGreaterThan(adminAsked);
  for (const producer of [busy, idle]) await producer.close();
  await admin.disconnect();
});

test('a token that is no longer good is refused', async () => {
  const admin = client(() => token(-120)).kafka.admin();
  // kafkajs does not read the broker's reason, takes its answer for a yes, and is then cut off.
  await admin.connect();
  await expect(admin.listTopics()).rejects.toThrow('No brokers in the broker pool');
  await admin.disconnect();
  const producer = proxyProducer(() => token(-120));
  expect(await producer.store()).toMatchObject({ kind: 'retry', sent: false });
  await producer.close();
});
