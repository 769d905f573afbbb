import { produceResponse } from '../../../../services/rest-proxy/produce-response';
import type { SentRecord } from '../../../../services/rest-proxy/record-sender';

const stored: SentRecord = { partition: 0, offset: 7n };
const failed = (errorCode: number, status?: number): SentRecord => ({
  partition: 0,
  errorCode,
  error: 'why',
  status,
});

test('some were stored: 200 with the errors of the others', () => {
  expect(produceResponse('a', [failed(50003), stored, failed(50002, 413)])).toEqual({
    status: 200,
    body: {
      offsets: [
        { partition: null, offset: null, error_code: 50003, error: 'why' },
        { partition: 0, offset: 7, error_code: null, error: null },
        { partition: null, offset: null, error_code: 50002, error: 'why' },
      ],
      key_schema_id: null,
      value_schema_id: null,
    },
  });
});

test.each<[string, SentRecord[], number, number, string]>([
  ['the topic is gone', [failed(40401), failed(40401)], 404, 40401, '"a" not found'],
  ['Kafka did not respond', [failed(50003), failed(50003)], 503, 50003, 'may or may not be stored'],
  ['one may be stored', [failed(50002, 413), failed(50003)], 503, 50003, 'send them again. Cause: why'],
  ['too large', [failed(50002, 413)], 413, 413, 'refused the record; nothing was stored'],
  ['all too large', [failed(50002, 413), failed(50002, 413)], 413, 413, 'each of the 2 records'],
  ['not allowed', [failed(50002, 403)], 403, 40301, 'Cause: why'],
  ['invalid', [failed(50002, 422)], 422, 42203, 'Cause: why'],
  ['refused otherwise', [failed(50002, 500)], 500, 50002, 'will be refused again'],
  ['refused without a status', [failed(50002)], 500, 50002, 'will be refused again'],
  ['deleted meanwhile and refused', [failed(40401), failed(50002, 413)], 413, 413, '2 records'],
])('none was stored, %s: the request failed', (_what, results, status, code, text) => {
  expect(() => produceResponse('a', results)).toThrow(
    expect.objectContaining({
      status,
      code,
      headers: status === 503 ? { 'retry-after': '1' } : {},
      message: expect.stringContaining(text) as string,
    }) as Error,
  );
});
