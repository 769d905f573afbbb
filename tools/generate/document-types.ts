/** TypeScript's types of the table engine's documents, made of their JSON Schema. */
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import * as estree from 'prettier/plugins/estree';
import * as typescript from 'prettier/plugins/typescript';
import type { Options } from 'prettier';
import { format } from 'prettier/standalone';

const BANNER = `/**
 * The table engine's documents. Made by \`npm run generate\` of \`table_engine/documents.py\`, which is the file to change.
 */
`;

/**
 * The whole file.
 *
 * @param schema what `document_schema.py` prints, parsed.
 * @param style prettier's options.
 */
export async function documentTypes(schema: unknown, style: Options): Promise<string> {
  const types = await compile({ ...(rewritten(schema) as JSONSchema), type: 'object' }, 'Documents', {
    additionalProperties: false,
    bannerComment: BANNER,
    format: false,
    unreachableDefinitions: true,
  });
  const text = types
    // Of the schema itself, which is only the list of the types, and of how each type was found.
    .replace(/export interface Documents \{\s*\}/, '')
    .replace(/\s*\*\s*\n\s*\* This interface was referenced by[^/]*?(?=\*\/)/g, '\n');
  return format(text, { ...style, parser: 'typescript', plugins: [typescript, estree] });
}

/** The schema in the words that the generator knows: fixed keys as properties, tuples as lists of their items. */
function rewritten(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rewritten);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { propertyNames, prefixItems, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, rewritten(value)]),
  ) as Record<string, unknown> & { propertyNames?: { enum: string[] }; prefixItems?: unknown[] };
  if (prefixItems !== undefined) return { ...rest, items: prefixItems };
  if (propertyNames === undefined) return rest;
  const { additionalProperties, ...object } = rest;
  const properties = Object.fromEntries(propertyNames.enum.map((name) => [name, additionalProperties]));
  return { ...object, properties, required: propertyNames.enum };
}
