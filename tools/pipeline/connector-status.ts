/** The S3 sink on a Kafka Connect that can be asked over its REST interface. */

/** Nothing answers at an address. */
export class UnreachedError extends Error {
  override readonly name = 'UnreachedError';
}

/**
 * A document over HTTP, as JSON; null when it is empty.
 *
 * @throws Error when the status is not 2xx, UnreachedError when nothing answers.
 */
export async function getJson(
  url: string,
  signal: AbortSignal = AbortSignal.timeout(5000),
): Promise<unknown> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    const { message, cause } = error as Error;
    throw new UnreachedError(message, { cause });
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${body.slice(0, 300)}`);
  return body === '' ? null : JSON.parse(body);
}

/**
 * The states of the connector's tasks, for a person.
 *
 * @param url Kafka Connect's, without a slash at the end.
 * @throws Error when the connector does not run or one of its tasks has failed; UnreachedError when nothing answers.
 */
export async function connectorStatus(url: string, name: string, signal?: AbortSignal): Promise<string> {
  const { connector, tasks } = (await getJson(
    `${url}/connectors/${encodeURIComponent(name)}/status`,
    signal,
  )) as { connector: { state: string }; tasks: { id: number; state: string; trace?: string }[] };
  const bad = tasks.find((task) => task.state === 'FAILED');
  if (connector.state !== 'RUNNING' || bad) {
    throw new Error(
      `connector ${connector.state}${bad ? `, task ${bad.id} FAILED: ${bad.trace?.split('\n')[0] ?? ''}` : ''}`,
    );
  }
  return `${name}: ${tasks.length} tasks ${[...new Set(tasks.map((task) => task.state))].join(', ')}`;
}
