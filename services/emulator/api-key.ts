/** The API key that a usage plan requires. */
import { APIGatewayClient, GetApiKeyCommand } from '@aws-sdk/client-api-gateway';
import { errorText } from '../source/connection';
import { asSentence } from '../source/sentence';

/**
 * Reads the value of a key from API Gateway. It is kept in memory only.
 *
 * @param id the key's id (not secret).
 * @param aws options of the AWS client; defaults from the environment.
 * @throws Error naming the key when it cannot be read.
 */
export async function readApiKey(
  id: string,
  aws: ConstructorParameters<typeof APIGatewayClient>[0] = {},
): Promise<string> {
  const client = new APIGatewayClient(aws);
  try {
    const { value } = await client.send(new GetApiKeyCommand({ apiKey: id, includeValue: true }));
    if (!value) throw new Error('it has no value');
    return value;
  } catch (error) {
    throw new Error(
      `The API key ${id} cannot be read: ${asSentence(errorText(error))} Expected a key of the API's usage plan, and the permission apigateway:GET on it.`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}
