import {
  mappingTemplate,
  streamPrefix,
  type MappingTemplateName,
} from '../../../../lib/api/mapping-templates';
import { renderTemplate, type Rendered, type TemplateInput } from './velocity';

const STREAM = 'streaming-me-pin';
/** A stream that a caller of the API has made. */
const CALLERS_STREAM = 'streaming-me-try';

function rendered(
  name: MappingTemplateName,
  body: unknown,
  params: TemplateInput['params'] = {},
  httpMethod?: string,
): Rendered {
  const text = body === undefined ? '' : JSON.stringify(body);
  return renderTemplate(mappingTemplate(name, 'me'), {
    body: text,
    params: { 'stream-name': STREAM, ...params },
    httpMethod,
  });
}

const decoded = (data: string): unknown => JSON.parse(Buffer.from(data, 'base64').toString('utf8'));

/** Values that try to end a JSON text, or to be Velocity. */
const HOSTILE: readonly string[] = [
  '"',
  '\\',
  '\\"',
  '"}',
  '"}], "StreamName": "other", "x": [{"y": "',
  '","PartitionKey":"x',
  "'",
  '\n\r\t\u0000\u2028',
  '$util.base64Encode("x")',
  "#set($context.responseOverride.status = 200)$input.json('$')",
  '#end #if(true)',
  '## comment',
  'ü 🚀 שלום مرحبا',
  '</script>',
];

describe('put-record', () => {
  interface Call {
    readonly StreamName: string;
    readonly Data: string;
    readonly PartitionKey: string;
  }
  const call = (body: unknown, params?: TemplateInput['params']): Call =>
    rendered('put-record', body, params).json as Call;

  test('the data stays the JSON that it was', () => {
    const Data = { text: 'a', nested: { list: [1, 'b', null, true, {}] }, empty: [] };
    expect(decoded(call({ Data, PartitionKey: 'k' }).Data)).toEqual(Data);
  });

  test.each([[[]], [{}], ['text'], [0], [false], [[[]]]])('the data may be %j', (Data) => {
    expect(decoded(call({ Data, PartitionKey: 'k' }).Data)).toEqual(Data);
  });

  test.each(HOSTILE)('%j is just a text, as data and as partition key', (text) => {
    const made = call({ Data: { [text]: text }, PartitionKey: text });
    expect(Object.keys(made)).toEqual(['StreamName', 'Data', 'PartitionKey']);
    expect([made.StreamName, made.PartitionKey, decoded(made.Data)]).toEqual([
      STREAM,
      text,
      { [text]: text },
    ]);
  });

  test.each([
    [0, '0'],
    [-7, '-7'],
    [9007199254740991, '9007199254740991'],
  ])('the partition key %p becomes a text', (PartitionKey, text) => {
    expect(call({ Data: {}, PartitionKey }).PartitionKey).toBe(text);
  });

  test('a body that names the stream of the path is as good as one that names none', () => {
    expect(call({ StreamName: STREAM, Data: {}, PartitionKey: 'k' })).toEqual(
      call({ Data: {}, PartitionKey: 'k' }),
    );
  });

  test('a body that names another stream becomes a call that Kinesis refuses', () => {
    expect(call({ StreamName: 'streaming-me-geo', Data: {}, PartitionKey: 'k' }).PartitionKey).toBe('');
  });

  test.each([
    'streaming-you-pin',
    'streaming-me-',
    'streaming-me',
    'x',
    '',
    `${STREAM}"`,
    `${STREAM}\n`,
    ...HOSTILE,
  ])('the name %j does not get to Kinesis', (name) => {
    expect(call({ Data: {}, PartitionKey: 'k' }, { 'stream-name': name }).StreamName).toBe('');
  });
});

describe('put-records', () => {
  interface Call {
    readonly StreamName: string;
    readonly Records: { Data: string; PartitionKey: string }[];
  }
  const call = (records: unknown[], params?: TemplateInput['params']): Call =>
    rendered('put-records', { records }, params).json as Call;

  test('an empty list stays an empty list', () => {
    expect(call([])).toEqual({ StreamName: STREAM, Records: [] });
  });

  test('500 records keep their order', () => {
    const records = Array.from({ length: 500 }, (_, index) => ({ data: { index }, 'partition-key': index }));
    const { Records } = call(records);
    expect(Records.map(({ Data, PartitionKey }) => [decoded(Data), PartitionKey])).toEqual(
      records.map(({ data }) => [data, String(data.index)]),
    );
  });

  test('hostile texts are just texts', () => {
    const { StreamName, Records } = call(HOSTILE.map((text) => ({ data: text, 'partition-key': text })));
    expect(StreamName).toBe(STREAM);
    expect(Records.map(({ Data, PartitionKey }) => [decoded(Data), PartitionKey])).toEqual(
      HOSTILE.map((text) => [text, text]),
    );
  });

  test('the name of another does not get to Kinesis', () => {
    expect(call([], { 'stream-name': 'streaming-you-pin' }).StreamName).toBe('');
  });
});

/** The longest name that Kinesis takes: 128 characters. */
const LONGEST = `streaming-me-${'x'.repeat(115)}`;

test.each<[MappingTemplateName, stream: string, to: string]>([
  ...(['describe-stream', 'create-stream', 'delete-stream'] as const).flatMap(
    (name): [MappingTemplateName, string, string][] => [
      [name, CALLERS_STREAM, CALLERS_STREAM],
      [name, 'x', ''],
    ],
  ),
  ['describe-stream', LONGEST, LONGEST],
  ['describe-stream', `${LONGEST}x`, ''],
])('%s of %s goes to %j', (name, stream, StreamName) => {
  const body = name === 'create-stream' ? { ShardCount: 3 } : undefined;
  expect(LONGEST).toHaveLength(128);
  expect(rendered(name, body, { 'stream-name': stream }).json).toEqual({ StreamName, ...body });
});

describe.each(['pin', 'geo', 'user'])('the stream of the feed %s', (feed) => {
  const params = { 'stream-name': `streaming-me-${feed}` };

  test.each<[MappingTemplateName, stream: string, to: string]>([
    ['describe-stream', `streaming-me-${feed}`, `streaming-me-${feed}`],
    ['create-stream', `streaming-me-${feed}`, ''],
    ['delete-stream', `streaming-me-${feed}`, ''],
    // What begins or ends like its name is a caller's own.
    ['delete-stream', `streaming-me-${feed}2`, `streaming-me-${feed}2`],
    ['delete-stream', `streaming-me-x-${feed}`, `streaming-me-x-${feed}`],
  ])('%s of %s goes to %j', (name, stream, StreamName) => {
    const body = name === 'create-stream' ? { ShardCount: 1 } : undefined;
    expect(rendered(name, body, { 'stream-name': stream }).json).toMatchObject({ StreamName });
  });

  test.each(['POST', 'DELETE'])('%s gets 403, whatever the error of Kinesis', (method) => {
    for (const __type of ['ValidationException', 'ResourceInUseException', 'AccessDeniedException']) {
      const answer = rendered('error-response', { __type, message: 'why' }, params, method);
      expect([answer.status, answer.json]).toEqual([
        403,
        {
          message:
            'The stream of a feed is deployed with the pipeline: it cannot be created or deleted through the API.',
        },
      ]);
    }
  });

  test.each([
    ['GET', 'ResourceNotFoundException', 404],
    ['PUT', 'ProvisionedThroughputExceededException', 429],
    ['PUT', 'AccessDeniedException', 403],
  ])('%s gets the usual response: %s', (method, __type, status) => {
    const answer = rendered('error-response', { __type, message: 'why' }, params, method);
    expect([answer.status, answer.json]).toEqual([status, { message: 'why' }]);
  });
});

describe('list-streams', () => {
  test('the first page needs no token', () => {
    expect(rendered('list-streams', undefined).json).toEqual({ Limit: 100 });
  });
  test.each(HOSTILE)('the token %j is just a text', (token) => {
    expect(rendered('list-streams', undefined, { 'next-token': token }).json).toEqual({
      NextToken: token,
      Limit: 100,
    });
  });
  test('the response has only this pipeline’s streams', () => {
    const StreamNames = [
      'other',
      'streaming-me-geo',
      'streaming-me-pin',
      'streaming-mee-pin',
      'streaming-you-pin',
    ];
    expect(rendered('list-streams-response', { StreamNames, HasMoreStreams: false }).json).toEqual({
      StreamNames: ['streaming-me-geo', 'streaming-me-pin'],
      HasMoreStreams: false,
    });
  });
  test('an empty page may not be the last', () => {
    const page = { StreamNames: ['other'], HasMoreStreams: true, NextToken: 'a"b' };
    expect(rendered('list-streams-response', page).json).toEqual({ ...page, StreamNames: [] });
  });
});

describe('error-response', () => {
  test.each([
    ['ResourceNotFoundException', 404],
    ['com.amazonaws.kinesis.v20131202#ResourceNotFoundException', 404],
    ['AccessDeniedException', 403],
    ['ResourceInUseException', 409],
    ['LimitExceededException', 429],
    ['ProvisionedThroughputExceededException', 429],
    ['KMSThrottlingException', 429],
    ['ValidationException', 400],
    ['InvalidArgumentException', 400],
    ['SerializationException', 400],
    ['ServiceUnavailable', 503],
    ['InternalFailure', 502],
    ['UnrecognizedClientException', 502],
    ['', 502],
  ])('%s becomes %i', (__type, status) => {
    const answer = rendered('error-response', { __type, message: 'why' });
    expect([answer.status, answer.json]).toEqual([status, { message: 'why' }]);
  });

  test('a message may begin with a capital in Kinesis, and is a text whatever is in it', () => {
    for (const text of HOSTILE) {
      const answer = rendered('error-response', { __type: 'AccessDeniedException', Message: text });
      expect(answer.json).toEqual({ message: text });
    }
  });

  test('a name outside the prefix is forbidden, whatever Kinesis says', () => {
    for (const __type of ['ResourceNotFoundException', 'ValidationException', 'AccessDeniedException']) {
      const answer = rendered(
        'error-response',
        { __type, message: 'why' },
        { 'stream-name': 'streaming-you-pin' },
      );
      expect([answer.status, answer.json]).toEqual([
        403,
        {
          message:
            'The stream name is outside this pipeline: expected streaming-me- and 1 to 115 more letters, digits, _, . or -.',
        },
      ]);
    }
  });

  test('a missing partition key can only be a body that names another stream', () => {
    const message = "1 validation error detected: Value '' at 'partitionKey' failed to satisfy constraint";
    const answer = rendered('error-response', { __type: 'ValidationException', message });
    expect([answer.status, answer.json]).toEqual([
      400,
      { message: 'The StreamName of the body is not the one of the path: expected the same name, or none.' },
    ]);
  });

  test('where the path has no stream name there is none to refuse', () => {
    const answer = rendered(
      'error-response',
      { __type: 'LimitExceededException', message: 'x' },
      { 'stream-name': '' },
    );
    expect(answer.status).toBe(429);
  });
});

test('the prefix is of one pipeline, whose user id is checked', () => {
  expect(streamPrefix('me')).toBe('streaming-me-');
  expect(() => mappingTemplate('put-record', "me'")).toThrow('The user id "me\'" cannot be used');
});
