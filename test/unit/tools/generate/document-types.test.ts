import { readFileSync } from 'node:fs';
import { documentTypes } from '../../../../tools/generate/document-types';
import { SCHEMA, STYLE, TYPES } from '../../../../tools/generate/files';

// The generator loads prettier, which it is not to use here, in a way that jest does not know.
jest.mock('prettier', () => ({}));

test('the committed types are those of the committed schema; else run `npm run generate`', async () => {
  const schema: unknown = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  expect(readFileSync(TYPES, 'utf8')).toBe(await documentTypes(schema, STYLE));
});

test('keys that are named are properties, and pairs are tuples', async () => {
  const schema = {
    $defs: {
      Ranges: {
        type: 'object',
        properties: {
          byFeed: {
            type: 'object',
            propertyNames: { enum: ['pin', 'geo'] },
            additionalProperties: {
              type: 'array',
              items: {
                ...{ type: 'array', minItems: 2, maxItems: 2 },
                prefixItems: [{ type: 'integer' }, { type: 'string' }],
              },
            },
          },
        },
        required: ['byFeed'],
      },
    },
  };
  const text = await documentTypes(schema, STYLE);
  expect(text.slice(text.indexOf('export'))).toBe(
    'export interface Ranges {\n  byFeed: {\n    pin: [number, string][];\n    geo: [number, string][];\n  };\n}\n',
  );
});
