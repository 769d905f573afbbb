/**
 * A connector as a CloudFormation custom resource, for stages that bring a Kafka Connect of their own:
 * `{ConnectUrl, Name, Config}`.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { handleCustomResource, type CustomResource } from '../custom-resource';
import { readText } from '../properties';
import { ensureConnector, readConnectorProperties, removeConnector } from './connector';

/** Sets a connector up and waits until it runs; deleting the resource removes the connector. */
export const connectorResource: CustomResource = {
  // A new name is another connector, and the old one is then removed by CloudFormation. A moved worker is not.
  physicalId: (properties) => `connector-${readText(properties, 'Name')}`,
  async run({ type, properties, deadline }) {
    if (type === 'Delete') {
      const connectUrl = readText(properties, 'ConnectUrl').replace(/\/+$/, '');
      await removeConnector({ connectUrl, name: readText(properties, 'Name') }, deadline);
      return { note: 'The connector was removed; its consumer group keeps its offsets.' };
    }
    const tasks = await ensureConnector(readConnectorProperties(properties), deadline);
    return { note: `The connector runs with ${tasks} tasks.` };
  },
};

/** The Lambda's entry point. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await handleCustomResource(event, context, connectorResource);
}
