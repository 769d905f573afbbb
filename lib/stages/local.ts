import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { readDatabaseName, readRegion } from './common-settings';
import {
  requiredBootstrapServers,
  requiredFile,
  requiredHost,
  requiredPort,
  requiredUrl,
  type SettingReader,
} from './settings';
import { readPluginConfig, type SinkFlush } from './sink';
import type { Stage } from './stage';

/** When the sink of the stage `local` cuts a file. */
export const LOCAL_FLUSH: SinkFlush = {
  flushRecords: 5_000,
  flushBytes: 8 * 1024 * 1024,
  flushIntervalMs: 3_000,
};

/**
 * The stage for one machine: a local AWS (MiniStack), and Kafka, Kafka Connect, the REST proxy and the database as
 * processes next to it.
 *
 * Settings: `bootstrapServers`, `connectUrl`, `restProxyUrl`, `databaseHost`, `databasePort`, `awsEndpointUrl` and
 * `tableEnginePackage` (a zip) must be given; `databaseName` (default `pinterest`), `region` (default `us-east-1`)
 * and `sinkPluginConfig` (a file, of a plugin that is not this repository's) may be.
 *
 * @throws SettingError when a setting is missing or cannot be used.
 */
export function localStage(read: SettingReader): Stage {
  return {
    name: 'local',
    region: readRegion(read),
    awsEndpointUrl: requiredUrl(read, 'awsEndpointUrl'),
    network: { kind: 'none' },
    kafka: {
      kind: 'external',
      bootstrapServers: requiredBootstrapServers(read, 'bootstrapServers'),
      auth: { kind: 'none' },
    },

    topics: { partitions: 3, replicationFactor: 1 },
    connect: { kind: 'external', url: requiredUrl(read, 'connectUrl') },
    sink: {
      pluginConfig: readPluginConfig(read),
      tasksMax: 3,
      ...LOCAL_FLUSH,
    },
    restProxy: { kind: 'external', url: requiredUrl(read, 'restProxyUrl') },
    // One machine sends everything there is at once; the limits only stop a loop gone wild.
    api: { throttlingRate: 2_000, throttlingBurst: 2_000 },
    source: {
      kind: 'external',
      host: requiredHost(read, 'databaseHost'),
      port: requiredPort(read, 'databasePort'),
      database: readDatabaseName(read),
      credentials: { kind: 'generated' },
    },
    // The local run sends from the command line; the schedules are there, switched off.
    emulator: {
      scheduleEnabled: false,
      destinations: ['topics', 'streams'],
      everyMinutes: 1,
      seed: 100,
      postsPerRun: 500,
      rate: 50,
    },
    streams: {
      capacity: { kind: 'provisioned', shards: 2 },
      retentionHours: 24,
      batchSize: 1_000,
      // Each invocation is a commit to a table: without a window, random posts alone make 24 a second.
      batchWindowSeconds: 1,
      retryAttempts: 50,
      maxRecordAgeMinutes: 12 * 60,
      failureRetentionDays: 7,
      countsEvents: false,
    },
    tableEngine: {
      package: requiredFile(read, 'tableEnginePackage', '.zip'),
      // The local AWS runs functions with its own interpreter, for which the package is made, whatever is said here.
      architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
      python: '3.14',
      memoryMiB: 512,
      maintenanceEveryMinutes: 5,
    },
    // The local run and the command line begin it.
    batch: { kind: 'manual' },
    operations: { kind: 'none' },
    encryption: 'aws-managed',
    statefulResources: 'destroy',
    data: 'destroy-if-empty',
    parked: false,
    terminationProtection: false,
    logRetention: RetentionDays.ONE_WEEK,
  };
}
