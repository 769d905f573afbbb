/**
 * Who a process is: plain JavaScript, because the guardian must run without TypeScript.
 *
 * A pid alone does not name a process, because pids are used again. Together with the time the process started it does.
 * Every process that we start also carries a mark in its environment, so that its own children are found as well.
 */
'use strict';

const { execFileSync } = require('node:child_process');
const { readFileSync, readdirSync } = require('node:fs');
const process = require('node:process');

/** The environment variable that holds a process's mark. */
const MARK_VARIABLE = 'PIPELINE_PROCESS_MARK';

/** Reads fields of `/proc/<pid>/stat` after the command's name, which may itself hold spaces and brackets. */
function statFields(pid) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

let bootId;

/**
 * The time a process started, as a text that is only compared.
 *
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process, or it is a zombie.
 */
function startTime(pid) {
  try {
    if (process.platform === 'linux') {
      const fields = statFields(pid);
      if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
      bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
      return `${bootId}:${fields[19]}`;
    }
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      // The text must be the same in every run, whatever the language and the time zone.
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    if (text === '' || text.startsWith('Z')) return undefined;
    return text.replace(/^\S+\s+/, '').replace(/\s+/g, ' ');
  } catch {
    return undefined;
  }
}

/**
 * Whether a process is stopped by a signal (SIGSTOP).
 *
 * @param {number} pid
 * @returns {boolean} false when there is no such process.
 */
function isFrozen(pid) {
  try {
    const state =
      process.platform === 'linux'
        ? statFields(pid)[0]
        : execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
    return state.startsWith('T');
  } catch {
    return false;
  }
}

/**
 * The live processes whose mark starts with `prefix`, this process left out. Linux only; elsewhere the answer is empty
 * and process groups have to do.
 *
 * @param {string} prefix
 * @returns {number[]}
 */
function markedProcesses(prefix) {
  if (process.platform !== 'linux') return [];
  const wanted = `${MARK_VARIABLE}=${prefix}`;
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      const state = statFields(pid)[0];
      return environment.some((entry) => entry.startsWith(wanted)) && state !== 'Z' ? [pid] : [];
    } catch {
      return []; // Another user's process, or one that has just ended.
    }
  });
}

/**
 * Sends a signal and says whether there was anyone to take it.
 *
 * @param {number} target a pid, or minus the id of a process group.
 * @param {NodeJS.Signals | number} signal
 * @returns {boolean}
 */
function send(target, signal) {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}

module.exports = { MARK_VARIABLE, startTime, isFrozen, markedProcesses, send };
