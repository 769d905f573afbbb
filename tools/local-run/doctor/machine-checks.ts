/** What a run needs of this machine: tools, installed parts, disk, memory, ports. */
import { existsSync } from 'node:fs';
import { freemem } from 'node:os';
import path from 'node:path';
import { freeBytes, gigabytes, INSTALL_BYTES, RUN_BYTES } from '../disk-space';
import { missingParts, toolsOfARun } from '../install';
import { howToGet, requiredTools, toolState, type Tool } from '../install/tools';
import { freePort, isPortFree } from '../ports';
import { failed, ok, warning, type Check, type Finding } from '../../pipeline/doctor/check';

/** The oldest Node that works; `engines` in package.json. */
const NODE = '20.19.4';

/** What a run may take of the memory, in bytes: 1.4 GB its parts at rest, and functions, batch and deployment next to them. */
const MEMORY_BYTES = 3e9;

/** One check for each tool, Node among them. */
export function toolChecks(): Check[] {
  const node: Check = { check: 'node', ask: () => Promise.resolve(nodeFinding(process.versions.node)) };
  const needed = toolsOfARun();
  return [
    node,
    ...requiredTools().map((tool) => ({
      check: tool.name,
      ask: (signal: AbortSignal) => toolFinding(tool, needed.includes(tool.name.split(' ')[0] ?? ''), signal),
    })),
  ];
}

/** @param version of Node, for example `20.20.2`. */
export function nodeFinding(version: string): Finding {
  return version.localeCompare(NODE, 'en', { numeric: true }) >= 0
    ? ok(version)
    : failed(
        `${version}, and ${NODE} or newer is needed`,
        'Install a newer one: https://nodejs.org/en/download.',
      );
}

async function toolFinding(tool: Tool, isNeeded: boolean, signal: AbortSignal): Promise<Finding> {
  const { version, problem } = await toolState(tool, signal);
  if (problem === undefined) return ok(tool.minimum[0] === 0 ? 'there' : (version ?? 'there'));
  return isNeeded
    ? failed(problem, howToGet(tool))
    : warning(`${problem}; only an installation needs it`, howToGet(tool));
}

/** The parts that `npm start` installs. */
export function partsFinding(): Finding {
  const missing = missingParts();
  return missing.length === 0
    ? ok('all are installed')
    : warning(
        `not installed, or not as the sources ask for: ${missing.join(', ')}`,
        '`npm start` installs them.',
      );
}

/** @param folder where parts and data are, or will be. */
export async function diskFinding(folder: string): Promise<Finding> {
  let place = folder;
  while (!existsSync(place)) place = path.dirname(place);
  const free = await freeBytes(place);
  const needed = RUN_BYTES + (missingParts().length > 0 ? INSTALL_BYTES : 0);
  const seen = `${gigabytes(free)} free at ${place}`;
  return free >= needed
    ? ok(seen)
    : failed(
        `${seen}, ${gigabytes(needed)} are needed`,
        'Make room, or name another place by PIPELINE_LOCAL_DIR.',
      );
}

/**
 * @param runs whether the pipeline's parts are in memory already.
 * @param available bytes that programs can still have.
 */
export function memoryFinding(runs: boolean, available: number = availableMemory()): Finding {
  const seen = `${gigabytes(available)} available`;
  return runs || available >= MEMORY_BYTES
    ? ok(seen)
    : warning(
        `${seen}, a run takes up to ${gigabytes(MEMORY_BYTES)}`,
        'End other programs, or expect a slow start.',
      );
}

function availableMemory(): number {
  // Since Node 20.13; it counts what the system can take back from its caches.
  const { availableMemory: ask } = process as { availableMemory?: () => number };
  return ask?.() ?? freemem();
}

/** Whether ports can be listened on; those that the last run had are used again where they are free. */
export async function portsFinding(remembered: Readonly<Record<string, number>>): Promise<Finding> {
  await freePort();
  const taken: string[] = [];
  for (const [name, port] of Object.entries(remembered)) {
    if (!(await isPortFree(port))) taken.push(`${name} ${port}`);
  }
  return taken.length === 0
    ? ok('free ports can be had')
    : warning(
        `taken by other programs: ${taken.join(', ')}`,
        'The next `npm start` takes others, unless a flag fixes one of these.',
      );
}
