/** Starts the shared parts before the first file of their project; `stop-shared-parts.ts` stops them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureParts } from '../../../tools/local-run/install';
import { startKafka } from '../../../tools/local-run/parts/kafka';
import { startMariaDb } from '../../../tools/local-run/parts/mariadb';
import { startMiniStack } from '../../../tools/local-run/parts/ministack';
import { VARIABLE, type SharedParts } from './shared-parts';

/** What ends the shared parts, kept where the teardown finds it. */
export const shared: { stop?: () => Promise<void> } = ((
  globalThis as { pipelineSharedParts?: { stop?: () => Promise<void> } }
).pipelineSharedParts ??= {});

export default async function startSharedParts(): Promise<void> {
  await ensureParts(undefined, { only: ['kafka', 'mariadb', 'python'] });
  const stateDir = mkdtempSync(path.join(tmpdir(), 'shared-parts-'));
  const stops: (() => Promise<void>)[] = [];
  shared.stop = async () => {
    for (const stop of stops.reverse()) await stop();
    rmSync(stateDir, { recursive: true, force: true });
  };
  try {
    const kafka = await startKafka({ stateDir });
    stops.push(() => kafka.stop());
    const mariaDb = await startMariaDb({ stateDir });
    stops.push(() => mariaDb.stop());
    const miniStack = await startMiniStack({ stateDir });
    stops.push(() => miniStack.stop());
    const parts: SharedParts = {
      kafka: { bootstrapServers: kafka.bootstrapServers },
      miniStack: { url: miniStack.url },
      mariaDb: { socket: mariaDb.socket, ports: mariaDb.ports },
    };
    process.env[VARIABLE] = JSON.stringify(parts);
  } catch (error) {
    await shared.stop();
    throw error;
  }
}
