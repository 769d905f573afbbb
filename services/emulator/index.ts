/** Public interface of the emulator. */
export type { Pace } from './clock';
export { emulate, type EmulateControl } from './emulate';
export {
  checkOptions,
  checkRunName,
  runName,
  type EmulatorDestination,
  type EmulatorOptions,
} from './options';
export { openPorts, readSourceSecret, type EmulatorTargets, type OpenPorts } from './ports';
export type { Acknowledgement } from './ledger';
export type { EmulatorReport, FeedReport } from './report';
export { sendOne } from './send-one';
