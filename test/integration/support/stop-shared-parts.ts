import { shared } from './start-shared-parts';

export default async function stopSharedParts(): Promise<void> {
  await shared.stop?.();
}
