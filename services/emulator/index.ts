/** Public interface of the emulator. */
export type { Pace } from './clock';
export { emulate, type EmulateControl, type EmulatorPorts } from './emulate';
export {
  checkOptions,
  checkRunName,
  runName,
  type CheckedOptions,
  type EmulatorDestination,
  type EmulatorMode,
  type EmulatorOptions,
} from './options';
export { openPorts, readSourceSecret, type AwsAccess, type EmulatorTargets, type OpenPorts } from './ports';
export type { Acknowledgement } from './ledger';
export type { EmulatorReport, FeedReport } from './report';
export { sendOne, type SingleRecord } from './send-one';
