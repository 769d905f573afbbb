/** What a process and its children take: processor time and memory. Linux only. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** Microseconds of a clock tick of `/proc/<pid>/stat`: 100 ticks a second on every Linux that Node.js supports. */
const TICK_MICROSECONDS = 10_000;

/** A process and all that descend from it. */
function familyOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(familyOf)];
}

/** The processor time that a process and its children have taken so far, in microseconds. */
export function processorMicroseconds(pid: number): number {
  return familyOf(pid).reduce((sum, member) => {
    // The name in brackets may hold anything; user and system time are the 14th and 15th field of the line.
    const fields = readFileSync(`/proc/${member}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
  }, 0);
}

/** Forgets the most memory that a process and its children have had so far. */
export function forgetPeak(pid: number): void {
  for (const member of familyOf(pid)) writeFileSync(`/proc/${member}/clear_refs`, '5');
}

function memoryMiB(pid: number | string, field: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
}

/** The memory of one process now, in MiB; 0 of one that has ended and is not yet reaped. */
export function residentMiB(pid: number | string): number {
  return memoryMiB(pid, 'VmRSS');
}

/** The most memory that each has had, since {@link forgetPeak} or its start, added up, in MiB. */
export function peakMemoryMiB(pid: number): number {
  return familyOf(pid).reduce((sum, member) => sum + memoryMiB(member, 'VmHWM'), 0);
}

/** Their memory now, in MiB. */
export function currentMemoryMiB(pid: number): number {
  return familyOf(pid).reduce((sum, member) => sum + residentMiB(member), 0);
}
