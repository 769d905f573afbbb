/** The S3 sink's zip, which MSK Connect and the local run load, is the same bytes wherever and whenever it is built. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureParts, installedParts } from '../../tools/local-run/install';
import { CONNECTOR } from '../../tools/local-run/install/java-parts';

jest.setTimeout(600_000);

test('another build in another folder gives the same zip', async () => {
  await ensureParts(undefined, { only: ['s3-sink-connector'] });
  const folder = mkdtempSync(join(tmpdir(), 'connector-zip-'));
  try {
    await CONNECTOR.install(folder);
    const built = readFileSync(join(folder, 's3-sink-connector.zip'));
    expect(built.equals(readFileSync(installedParts().connectorZip))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
