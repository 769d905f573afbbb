import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { awsStage, type AwsDefaults } from './aws';
import type { SettingReader } from './settings';
import { DEFAULT_DATABASE } from './common-settings';
import type { Stage } from './stage';

/** The cheapest that is right: two zones, the smallest sizes, and everything goes when it is deleted. */
export const DEV: AwsDefaults = {
  name: 'dev',
  network: { kind: 'made', cidr: '10.60.0.0/16', zones: 2, egress: 'nat-instance' },
  kafka: {
    kind: 'msk',
    capacity: {
      kind: 'provisioned',
      instanceType: 'kafka.m7g.large',
      storageGiB: 5,
      kafkaVersion: '3.9.x.kraft',
      monitoring: 'DEFAULT',
    },
  },
  topics: { partitions: 3, replicationFactor: 2 },
  connect: {
    kind: 'msk-connect',
    version: '3.7.x',
    workers: 1,
    unitsPerWorker: 1,
    clientSettings: 'connector',
  },
  sink: {
    tasksMax: 3,
    flushRecords: 5_000,
    flushBytes: 8 * 1024 * 1024,
    flushIntervalMs: 30_000,
  },
  restProxy: { kind: 'client-host', port: 8082, instanceType: 't4g.micro', diskGiB: 8 },
  api: { throttlingRate: 200, throttlingBurst: 200 },
  source: {
    kind: 'rds',
    instanceType: 't4g.micro',
    storageGiB: 20,
    multiAz: false,
    backupDays: 1,
    database: DEFAULT_DATABASE,
    seedPosts: 11_000,
  },
  emulator: {
    scheduleEnabled: true,
    destinations: ['topics', 'streams'],
    everyMinutes: 5,
    seed: 100,
    postsPerRun: 100,
    rate: 20,
  },
  streams: {
    capacity: { kind: 'provisioned', shards: 1 },
    retentionHours: 24,
    batchSize: 1_000,
    batchWindowSeconds: 5,
    retryAttempts: 50,
    maxRecordAgeMinutes: 12 * 60,
    failureRetentionDays: 7,
    countsEvents: true,
  },
  tableEngine: { architecture: 'arm64', python: '3.14', memoryMiB: 1024, maintenanceEveryMinutes: 60 },
  batch: {
    kind: 'daily',
    hour: 3,
    engine: { kind: 'lambda' },
    memoryMiB: 3008,
    storageMiB: 4096,
    scanLimitGigabytes: 10,
  },
  operations: {
    kind: 'watched',
    alarms: 'effects',
    // A third of a month, or every working hour of one; a stage that is left running passes it, and its forecast at once.
    monthlyBudgetUsd: 150,
    runbookUrl: 'docs/runbook.md',
    thresholds: {
      apiErrorsPercent: 5,
      apiLatencyP99Ms: 5_000,
      clientHostDiskPercent: 85,
      brokerDiskPercent: 85,
      sinkLagSeconds: 1_800,
      deadLettersPerHour: 100,
      iteratorAgeMs: 600_000,
      appendErrorsPer5Minutes: 10,
      quarantinePercent: 10,
      batchAgeHours: 26,
      databaseCpuPercent: 90,
      databaseFreeStorageGiB: 4,
    },
  },
  encryption: 'customer-key',
  statefulResources: 'destroy',
  terminationProtection: false,
  logRetention: RetentionDays.ONE_WEEK,
};

/** The stage for development; its settings are those of {@link awsStage}. @throws SettingError */
export function devStage(read: SettingReader): Stage {
  return awsStage(DEV, read);
}
