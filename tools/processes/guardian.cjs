/**
 * The guardian: a small process that outlives the supervisor just long enough to end what the supervisor started.
 *
 * Usage: `node guardian.cjs <mark>`, with standard input a pipe from the supervisor. Lines are `add <pid>`, and
 * `quit` when nothing is left to look after. When the pipe closes without it, however the supervisor ended (also by
 * `kill -9`), every process that was added gets SIGTERM, and after a grace period SIGKILL with its process group. A pid is
 * only signalled while its start time is the one seen when it was added. Processes with the mark that were never added
 * (the supervisor was killed between starting and adding them, or they are children that left the group) are ended too.
 */
'use strict';

const process = require('node:process');
const { createInterface } = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { markedProcesses, send, startTime } = require('./identity.cjs');

/** How long processes have to stop by themselves, in milliseconds. A broker flushes its log in this time. */
const GRACE_MS = 10_000;
const POLL_MS = 100;

const mark = process.argv[2];
if (!mark) {
  process.stderr.write('usage: node guardian.cjs <mark>\n');
  process.exit(2);
}

/** @type {Map<number, string>} start time by pid */
const children = new Map();

// Only the end of the pipe ends the guardian: a signal sent to all processes must not take it away first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [command, text] = line.split(' ');
  const pid = Number(text);
  if (command === 'quit') process.exit(0);
  const started = command === 'add' ? startTime(pid) : undefined;
  if (started !== undefined) children.set(pid, started);
});
lines.on('close', () => {
  void endAll();
});

/** The processes that are still to be ended. */
function remaining() {
  for (const [pid, started] of children) {
    if (startTime(pid) !== started) children.delete(pid);
  }
  return new Set([...children.keys(), ...markedProcesses(mark)]);
}

async function endAll() {
  const deadline = Date.now() + GRACE_MS;
  const asked = new Set();
  for (;;) {
    const pids = remaining();
    if (pids.size === 0) process.exit(0);
    const late = Date.now() > deadline;
    for (const pid of pids) {
      // The processes we started lead a group of their own; others (a Lambda worker) are in one of those groups.
      if (late) {
        if (!children.has(pid) || !send(-pid, 'SIGKILL')) send(pid, 'SIGKILL');
      } else if (!asked.has(pid)) {
        asked.add(pid);
        send(pid, 'SIGTERM');
        send(pid, 'SIGCONT'); // A frozen process takes no other signal.
      }
    }
    if (late && Date.now() > deadline + GRACE_MS) process.exit(1);
    await sleep(POLL_MS);
  }
}
