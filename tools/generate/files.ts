/** The files that `npm run generate` makes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'prettier';
import { PROJECT_ROOT } from '../../lib/packaging/project-root';

export const TABLE_ENGINE = join(PROJECT_ROOT, 'engines', 'table-engine');

/** The JSON Schema of the table engine's documents, printed by its `document_schema.py`. */
export const SCHEMA = join(TABLE_ENGINE, 'documents.schema.json');

/** TypeScript's types of them. */
export const TYPES = join(PROJECT_ROOT, 'tools', 'pipeline', 'documents.generated.ts');

/** How the project formats. */
export const STYLE = JSON.parse(readFileSync(join(PROJECT_ROOT, '.prettierrc.json'), 'utf8')) as Options;
