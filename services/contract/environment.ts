/**
 * The environment variables of the functions: `environment.json` names them once, for the stacks that set them and the
 * handlers that read them, in TypeScript and Python.
 */
import type variables from './environment.json';

/** The functions: a folder of `lambda/`, or a module of `lambda/table-engine/`. */
export type FunctionName = keyof typeof variables;

/** What the table engine's functions are called. */
export type TableEngineModule = Exclude<FunctionName, 'emulator' | 'dead-letters' | 'report'>;

/** What a stack sets for a function: every variable that it needs, and none that it does not know. */
export type EnvironmentOf<F extends FunctionName> = Readonly<
  Record<keyof (typeof variables)[F]['required'], string> &
    Partial<Record<keyof (typeof variables)[F]['optional'], string>>
>;

/** What a function reads: any of these may be missing. Lambda's own variables come in addition. */
export type ReadEnvironment<F extends FunctionName> = Readonly<
  Partial<Record<keyof EnvironmentOf<F> | 'AWS_REGION' | 'AWS_ENDPOINT_URL', string>>
>;
