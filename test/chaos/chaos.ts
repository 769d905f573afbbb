/**
 * Chaos: posts flow on both paths while parts are killed or frozen at random, the run itself among them. In the end the
 * run must reconcile: nothing missing, nothing double.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RandomStream } from '../../services/source/random';
import { PipelineRun, reset } from '../end-to-end/support/pipeline-run';
import { VICTIMS, type Victim } from './victims';

/** What a chaos run is given. */
export interface ChaosOptions {
  /** How long blows fall, in minutes, from the moment the first posts flow. */
  readonly minutes: number;
  /** Decides what is struck when. */
  readonly seed: number;
  /** Posts a second. */
  readonly rate: number;
  readonly onLine: (line: string) => void;
}

/** How a chaos run ended. */
export interface ChaosReport {
  /** True when the last run ended with exit code 0: missing 0, duplicate 0 on both paths. */
  readonly ok: boolean;
  readonly blows: number;
  /** How often the run was started. */
  readonly starts: number;
  /** What the last run printed. */
  readonly output: string;
}

const PURPOSE = 103;
const SHORTEST_PAUSE_MS = 1500;
const LONGEST_PAUSE_MS = 9000;
const LONGEST_FREEZE_MS = 5000;
/** Posts flow from here on, so what is struck from here on must not lose any. */
const SENDING = /Database: /;
/** A bound for one start up to the posts, not an expectation. */
const START_LIMIT_MS = 1_200_000;
/** A bound for everything after the last blow. */
const END_LIMIT_MS = 900_000;

/** Strikes a victim; returns what was done, or undefined when there was nothing to strike. */
async function strike(
  run: PipelineRun,
  { name, blow, pids }: Victim,
  freezeMs: number,
): Promise<string | undefined> {
  let struck: number[];
  try {
    struck = pids(run).filter((pid) => {
      try {
        return process.kill(pid, blow === 'kill' ? 'SIGKILL' : 'SIGSTOP');
      } catch {
        return false; // It was gone already.
      }
    });
  } catch {
    return undefined; // There is no run at the moment.
  }
  if (struck.length === 0) return undefined;
  if (blow === 'kill') return `killed ${name}`;
  await sleep(freezeMs);
  for (const pid of struck) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // Something else has ended it.
    }
  }
  return `froze ${name} for ${(freezeMs / 1000).toFixed(1)} s`;
}

/**
 * Runs `npm start -- --once` under blows. When the run itself is killed it is started again, and continues with the data
 * that is there.
 */
export async function chaos({ minutes, seed, rate, onLine }: ChaosOptions): Promise<ChaosReport> {
  const userId = `chaos-${seed}`;
  const posts = Math.max(1, Math.round(minutes * 60 * rate));
  const args = ['--once', '--posts', String(posts), '--rate', String(rate), '--restarts', '10000'];
  await reset(userId);
  const random = new RandomStream().reset(seed, PURPOSE, 0);
  let blows = 0;
  let starts = 1;
  let run = new PipelineRun(userId, ...args);
  try {
    await run.printed(SENDING, 1, START_LIMIT_MS);
    const end = Date.now() + minutes * 60_000;
    const began = Date.now();
    for (;;) {
      await sleep(SHORTEST_PAUSE_MS + random.fraction() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
      const victim = VICTIMS[Math.floor(random.fraction() * VICTIMS.length)];
      const freezeMs = 500 + random.fraction() * (LONGEST_FREEZE_MS - 500);
      if (Date.now() > end || run.hasEnded || victim === undefined) break;
      const done = await strike(run, victim, freezeMs);
      if (done === undefined) continue;
      blows += 1;
      onLine(`${((Date.now() - began) / 1000).toFixed(0).padStart(4)} s  ${done}`);
      if (victim.name === 'the run itself') {
        await run.ended;
        starts += 1;
        run = new PipelineRun(userId, ...args);
        await run.printed(SENDING, 1, START_LIMIT_MS);
        onLine('        it was started again, and posts flow');
      }
    }
    onLine(`${blows} blows have fallen; waiting for the run to end by itself.`);
    const code = await Promise.race([run.ended, sleep(END_LIMIT_MS, undefined, { ref: false })]);
    return { ok: code === 0, blows, starts, output: run.output };
  } finally {
    await run.interrupt();
    await reset(userId);
  }
}
