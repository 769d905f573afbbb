/**
 * `npm run lint` runs every check of `checks.ts`; `npm run format` formats and fixes what a program can.
 *
 * Arguments are the languages to do (default: all): `npm run lint -- node python`. Nothing is installed: what is missing
 * is named at the end, and is an error for `lint` only.
 */
import { spawnSync } from 'node:child_process';
import { LANGUAGES, allChecks, missingTool, type Language } from './checks';
import { childEnvironment } from './processes/environment';

const chosen = process.argv.slice(2).filter((argument) => argument !== '--fix');
const isFormat = process.argv.includes('--fix');
const unknown = chosen.filter((name) => !(LANGUAGES as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. Expected one or more of ${LANGUAGES.join(', ')}.`);
  process.exit(2);
}

const languages = LANGUAGES.filter((name) => chosen.length === 0 || chosen.includes(name));
const missing = new Map(
  languages.flatMap((name): [Language, string][] => {
    const tool = missingTool(name);
    return tool === undefined ? [] : [[name, tool]];
  }),
);
const failed: string[] = [];
for (const { name, language, check, format, cwd } of allChecks()) {
  const command = isFormat ? format : check;
  if (command === undefined || !languages.includes(language) || missing.has(language)) continue;
  const [program, ...args] = command;
  const { status } = spawnSync(program, args, { cwd, env: childEnvironment('installer'), stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`);
  if (status !== 0) failed.push(name);
}
for (const [name, tool] of missing) console.log(`not run: ${name}: ${tool}.`);
if (failed.length > 0) console.log(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 || (!isFormat && missing.size > 0) ? 1 : 0;
