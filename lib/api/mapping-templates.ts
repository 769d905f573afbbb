/** The mapping templates between the API and Kinesis (Velocity, as API Gateway renders it), with the names filled in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkUserId, FEED_NAMES, streamName } from '../../services/contract';

/** The templates' names: files in `mapping-templates/`. */
export type MappingTemplateName =
  | 'list-streams'
  | 'list-streams-response'
  | 'describe-stream'
  | 'create-stream'
  | 'delete-stream'
  | 'put-record'
  | 'put-records'
  | 'error-response';

/** The longest name Kinesis takes. */
const NAME_LIMIT = 128;

/** What the names of a pipeline's streams begin with, for example `streaming-pinterest-`. */
export function streamPrefix(userId: string): string {
  return `streaming-${checkUserId(userId)}-`;
}

/**
 * The text of a template for a pipeline.
 *
 * A stream name outside this pipeline is replaced by the empty name, which Kinesis refuses and `error-response` turns
 * into a 403. The feeds' streams can be neither created nor deleted. IAM enforces the same, but a local AWS has no IAM.
 */
export function mappingTemplate(name: MappingTemplateName, userId: string): string {
  const prefix = streamPrefix(userId);
  const length = NAME_LIMIT - prefix.length;
  // The prefix has only letters, digits and "-", so it needs no escaping in a pattern.
  const pattern = `^${prefix}[a-zA-Z0-9_.-]{1,${length}}$`;
  const feeds = `^(?:${FEED_NAMES.map((feed) => streamName(userId, feed)).join('|')})$`;
  const parameter = "$input.params('stream-name')";
  const isOwn = `${parameter}.matches('${pattern}')`;
  const values: Readonly<Record<string, string>> = {
    '%STREAM_NAME%': `#if(${isOwn})${parameter}#end`,
    '%CALLERS_STREAM_NAME%': `#if(${isOwn} && !${parameter}.matches('${feeds}'))${parameter}#end`,
    '%NAME_PATTERN%': pattern,
    '%FEED_PATTERN%': feeds,
    '%NAME_PREFIX%': prefix,
    '%NAME_LENGTH%': String(length),
  };
  const text = readFileSync(join(__dirname, 'mapping-templates', `${name}.vtl`), 'utf8');
  return text.replace(/%[A-Z_]+%/g, (placeholder) => {
    const value = values[placeholder];
    if (value === undefined) throw new Error(`${name}.vtl has the unknown placeholder ${placeholder}.`);
    return value;
  });
}
