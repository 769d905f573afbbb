/** The environment variable that holds a process's mark. */
export declare const MARK_VARIABLE: string;

/** The time a process started, as a text that is only compared; undefined when there is no such process. */
export declare function startTime(pid: number): string | undefined;

/** Whether a process is stopped by a signal (SIGSTOP); false when there is no such process. */
export declare function isFrozen(pid: number): boolean;

/** The live processes whose mark starts with `prefix`, this process left out. Empty on other systems than Linux. */
export declare function markedProcesses(prefix: string): number[];

/** Sends a signal to a pid, or to a process group (minus its id), and says whether there was anyone to take it. */
export declare function send(target: number, signal: NodeJS.Signals | 0): boolean;
