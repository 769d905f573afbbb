/** Public interface of the emulator. */
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
export type { EmulatorReport, FeedReport } from './report';
