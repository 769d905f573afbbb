/** What can be read from the proxy: its resources, by path. */
import { brokersAway, messageOf, unknownPartition, unknownTopic } from './errors';
import type { TopicDescription } from './kafka-metadata';
import openApi from './openapi.json';
import type { RestResponse, RoutePorts } from './routes';

/** What is at a path. */
export interface Resource {
  /** Its path with the names of the parameters, for example `/topics/{topic}`. */
  readonly path: string;
  /** Whether records are produced there by POST. */
  readonly produces: boolean;
  /** Responds to GET, with the parameters' values. */
  readonly read: (ports: RoutePorts, topic: string, partition: string) => Promise<RestResponse>;
}

const ok = (body: unknown): RestResponse => ({ status: 200, body });

function resource(path: string, read: Resource['read'], produces = false): Resource {
  return { path, produces, read };
}

/** All resources. */
export const RESOURCES: readonly Resource[] = [
  resource('/', () => Promise.resolve(ok({}))),
  resource('/health', () => Promise.resolve(ok({ status: 'ok' }))),
  resource('/health/ready', async ({ brokers }) => {
    const { length } = await asked(brokers());
    return ok({ status: 'ready', brokers: length });
  }),
  resource('/openapi.json', () =>
    Promise.resolve({ ...ok(openApi), headers: { 'content-type': 'application/json' } }),
  ),
  resource('/brokers', async ({ brokers }) => ok({ brokers: await asked(brokers()) })),
  resource('/topics', async ({ topics, serves }) => ok((await asked(topics())).filter(serves))),
  resource('/topics/{topic}', async (ports, topic) => ok(await described(ports, topic)), true),
  resource('/topics/{topic}/partitions', async (ports, topic) =>
    ok((await described(ports, topic)).partitions),
  ),
  resource(
    '/topics/{topic}/partitions/{partition}',
    async (ports, topic, partition) => {
      const { partitions } = await described(ports, topic);
      const found = partitions.find((each) => String(each.partition) === partition);
      if (found === undefined) throw unknownPartition(topic, partition, partitions.length);
      return ok(found);
    },
    true,
  ),
];

async function described({ describe }: RoutePorts, topic: string): Promise<TopicDescription> {
  const description = await asked(describe(topic));
  if (description === undefined) throw unknownTopic(topic);
  return description;
}

async function asked<T>(question: Promise<T>): Promise<T> {
  try {
    return await question;
  } catch (error) {
    throw brokersAway(`No Kafka broker responds: ${messageOf(error)}`);
  }
}
