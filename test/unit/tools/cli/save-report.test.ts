import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatReport, saveReport } from '../../../../tools/cli/save-report';

const REPORT = { key: 'reports/latest.html', made: '2026-01-31T03:04:05.000Z' };
const flags = { userId: 'someone', stage: 'local' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('a local report is saved for its owner alone, in a folder that is created', async () => {
  const output = join(folder, 'new', 'r.html');
  const saved = await saveReport({ ...REPORT, html: '<p>ü</p>' }, { ...flags, output });
  expect(saved).toEqual({ ...REPORT, file: output });
  expect(readFileSync(output, 'utf8')).toBe('<p>ü</p>');
  expect(statSync(output).mode & 0o777).toBe(0o600);
  expect(formatReport(saved)).toBe(`Report made 2026-01-31T03:04:05.000Z: ${output}`);
});

test('that of a stage on AWS is a link; with --output it is saved as well, and a refusal is an error', async () => {
  let status = 200;
  const server = createServer((_, response) => response.writeHead(status).end('<p>stage</p>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
    const linked = await saveReport({ ...REPORT, url }, { ...flags, stage: 'dev' });
    expect(linked).toEqual({ ...REPORT, url });
    expect(formatReport(linked)).toContain(`${url}\nThe link holds for 15 minutes.`);
    const output = join(folder, 'r.html');
    expect(await saveReport({ ...REPORT, url }, { ...flags, stage: 'dev', output })).toMatchObject({
      file: output,
    });
    expect(readFileSync(output, 'utf8')).toBe('<p>stage</p>');
    status = 403;
    await expect(saveReport({ ...REPORT, url }, { ...flags, stage: 'dev', output })).rejects.toThrow(
      'The report cannot be fetched: S3 returned 403.',
    );
  } finally {
    server.close();
  }
});
