import type { RunFile } from '../../../../../tools/local-run/state/run-file';

/** The `run.json` of a run that has no parts. */
export const RUN: RunFile = {
  userId: 'me',
  startedAt: '2026-01-31T12:00:00.000Z',
  supervisorPid: 1,
  mark: 'pipeline-none',
  region: 'us-east-1',
  endpointUrl: 'http://127.0.0.1:1',
  accessKeyId: 'LOCAL',
  bootstrapServers: '127.0.0.1:2',
  connectUrl: 'http://127.0.0.1:3',
  restProxyUrl: 'http://127.0.0.1:4',
  database: { host: '127.0.0.1', port: 5 },
  parts: [],
};
