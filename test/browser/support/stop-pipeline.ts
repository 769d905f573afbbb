import { started } from './start-pipeline';

export default async function stopPipeline(): Promise<void> {
  await started.stop?.();
}
