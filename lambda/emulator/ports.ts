/** The function's connections: opened once, shared by warm invocations. */
import { openPorts, type EmulatorTargets, type OpenPorts } from '../../services/emulator';

let ports: OpenPorts | undefined;

/** The ports of earlier invocations, or new ones. */
export async function sharedPorts(targets: EmulatorTargets): Promise<OpenPorts> {
  ports ??= await openPorts(targets);
  return ports;
}

/** Closes the ports; the next invocation opens new ones, and reads the secret again. */
export async function closePorts(): Promise<void> {
  const open = ports;
  ports = undefined;
  await open?.close();
}
