/**
 * The entry of `npm start`: plain JavaScript, so that a wrong Node version or a missing `npm ci` gets a sentence, not a
 * stack trace. TypeScript is then run in this very process, so that signals and exit codes need no passing on.
 */
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const NEEDED = '20.19.4';

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (process.versions.node.localeCompare(NEEDED, 'en', { numeric: true }) < 0) {
  fail(
    `Node ${process.versions.node} was found, Node ${NEEDED} or newer is needed. Debian or Ubuntu: see https://nodejs.org/en/download; macOS: brew install node.`,
  );
}
if (process.platform === 'win32') {
  fail('The local run works on Linux and macOS; on Windows use the Windows Subsystem for Linux.');
}

const require = createRequire(import.meta.url);
// TypeScript cannot be loaded from there; everything else about paths is said by paths.ts.
if (decodeURIComponent(import.meta.url).includes('?')) {
  fail(
    'The checkout has a question mark in its path, from where Node loads no module. Move it to a folder without one.',
  );
}
try {
  require('tsx/cjs/api').register();
  require.resolve('aws-cdk-lib/package.json');
} catch {
  fail('The Node packages are missing or incomplete. Run `npm ci` first.');
}

// Until TypeScript is loaded nothing runs that would have to be stopped.
let early;
const stopEarly = (signal) => {
  early ??= { SIGINT: 130, SIGTERM: 143 }[signal];
};
process.on('SIGINT', stopEarly).on('SIGTERM', stopEarly);

let exitCode;
try {
  const { main } = require('./start.ts');
  // Signals that came meanwhile are delivered now.
  await sleep(1);
  exitCode = early ?? (await main(process.argv.slice(2)));
} catch (error) {
  // Ctrl-C also ends the compiler, a process next to us; its error comes before the signal is delivered.
  await sleep(50);
  if (early === undefined) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  exitCode = early ?? 1;
}
process.off('SIGINT', stopEarly).off('SIGTERM', stopEarly);
// Not before what was written is out.
process.stdout.on('error', () => process.exit(exitCode));
process.stdout.write('', () => process.exit(exitCode));
