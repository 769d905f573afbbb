/** `npm run generate`: the schema of the table engine's documents, and TypeScript's types of it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ensureParts } from '../local-run/install';
import { pythonExecutable } from '../local-run/paths';
import { childEnvironment } from '../processes/environment';
import { documentTypes } from './document-types';
import { SCHEMA, STYLE, TABLE_ENGINE, TYPES } from './files';

async function main(): Promise<void> {
  await ensureParts(console.error, { only: ['python'] });
  const schema = execFileSync(pythonExecutable(), ['document_schema.py'], {
    cwd: TABLE_ENGINE,
    encoding: 'utf8',
    env: childEnvironment('local'),
  });
  writeFileSync(SCHEMA, schema);
  writeFileSync(TYPES, await documentTypes(JSON.parse(schema), STYLE));
}

void main();
