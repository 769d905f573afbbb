/** The emulator's public face. */
export {
  emulate,
  type EmulateControl,
  type EmulatorPorts,
  type EmulatorReport,
  type FeedReport,
} from './emulate';
export { checkOptions, type CheckedOptions, type EmulatorMode, type EmulatorOptions } from './options';
export { openPorts, readSourceSecret, type AwsAccess, type EmulatorTargets, type OpenPorts } from './ports';
