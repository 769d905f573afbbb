/** JSON Schemas (draft 4) of the streaming API's bodies, checked by API Gateway. */
import { JsonSchemaType, JsonSchemaVersion, type JsonSchema } from 'aws-cdk-lib/aws-apigateway';

/** Maximum records of one `PUT …/records`, as in Kinesis. */
export const MAX_RECORDS = 500;

/** Maximum shards of a stream created through the API, to limit the cost of a typo. */
const MAX_SHARDS = 10;

/** A text, or a whole number that every JSON reader takes exactly. */
const PARTITION_KEY: JsonSchema = {
  oneOf: [
    { type: JsonSchemaType.STRING, minLength: 1, maxLength: 256 },
    { type: JsonSchemaType.INTEGER, minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ],
};

const STREAM_NAME: JsonSchema = { type: JsonSchemaType.STRING, minLength: 1 };

const object = (
  title: string,
  required: readonly string[],
  properties: JsonSchema['properties'],
): JsonSchema => ({
  schema: JsonSchemaVersion.DRAFT4,
  title,
  type: JsonSchemaType.OBJECT,
  required: [...required],
  properties,
  additionalProperties: false,
});

/** `POST /streams/{stream-name}`. */
export const CREATE_STREAM: JsonSchema = object('CreateStream', ['ShardCount'], {
  ShardCount: { type: JsonSchemaType.INTEGER, minimum: 1, maximum: MAX_SHARDS },
});

/** `PUT …/record`. The data may be any JSON value: one that is no object ends in quarantine, as with Kafka. */
export const PUT_RECORD: JsonSchema = object('PutRecord', ['Data', 'PartitionKey'], {
  StreamName: STREAM_NAME,
  Data: {},
  PartitionKey: PARTITION_KEY,
});

/** `PUT …/records`. */
export const PUT_RECORDS: JsonSchema = object('PutRecords', ['records'], {
  records: {
    type: JsonSchemaType.ARRAY,
    minItems: 1,
    maxItems: MAX_RECORDS,
    items: {
      type: JsonSchemaType.OBJECT,
      required: ['data', 'partition-key'],
      properties: { data: {}, 'partition-key': PARTITION_KEY },
      additionalProperties: false,
    },
  },
});
