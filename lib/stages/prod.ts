import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { awsStage, type AwsDefaults } from './aws';
import type { SettingReader } from './settings';
import { DEFAULT_DATABASE } from './common-settings';
import type { SinkFlush } from './sink';
import type { Stage } from './stage';

/** When the sink of the stage `prod` cuts a file. */
export const PROD_FLUSH: SinkFlush = {
  flushRecords: 20_000,
  flushBytes: 16 * 1024 * 1024,
  flushIntervalMs: 60_000,
};

/** Survives the loss of a zone: three of them, three copies of a record, two before it is acknowledged; data stays. */
export const PROD: AwsDefaults = {
  name: 'prod',
  network: { kind: 'made', cidr: '10.61.0.0/16', zones: 3, egress: 'endpoints' },
  kafka: {
    kind: 'msk',
    capacity: {
      kind: 'provisioned',
      instanceType: 'kafka.m7g.large',
      storageGiB: 100,
      kafkaVersion: '3.9.x.kraft',
      monitoring: 'PER_BROKER',
    },
  },
  topics: { partitions: 6, replicationFactor: 3 },
  connect: {
    kind: 'msk-connect',
    version: '3.7.x',
    workers: 2,
    unitsPerWorker: 1,
    clientSettings: 'connector',
  },
  sink: {
    tasksMax: 6,
    ...PROD_FLUSH,
  },
  restProxy: { kind: 'client-host', port: 8082, instanceType: 't4g.medium', diskGiB: 16 },
  api: {
    throttlingRate: 2_000,
    throttlingBurst: 2_000,
    firewallRate: 100_000,
    usagePlan: { requestsPerSecond: 1_000, burst: 1_000, requestsPerDay: 20_000_000 },
  },
  source: {
    kind: 'rds',
    instanceType: 't4g.medium',
    storageGiB: 50,
    multiAz: true,
    backupDays: 14,
    database: DEFAULT_DATABASE,
    seedPosts: 11_000,
  },
  emulator: {
    scheduleEnabled: false,
    destinations: ['topics', 'streams'],
    everyMinutes: 5,
    seed: 100,
    postsPerRun: 100,
    rate: 20,
  },
  streams: {
    capacity: { kind: 'on-demand' },
    retentionHours: 7 * 24,
    batchSize: 1_000,
    batchWindowSeconds: 5,
    retryAttempts: 50,
    maxRecordAgeMinutes: 24 * 60,
    failureRetentionDays: 30,
    countsEvents: true,
  },
  tableEngine: { architecture: 'arm64', python: '3.14', memoryMiB: 1769, maintenanceEveryMinutes: 30 },
  batch: {
    kind: 'daily',
    hour: 3,
    engine: { kind: 'emr-serverless', release: 'emr-spark-8.1.0', maxVcpus: 20, maxMemoryGb: 100 },
    memoryMiB: 8192,
    storageMiB: 10_240,
    scanLimitGigabytes: 100,
  },
  operations: {
    kind: 'watched',
    alarms: 'all',
    monthlyBudgetUsd: 2_000,
    runbookUrl: 'docs/runbook.md',
    thresholds: {
      apiErrorsPercent: 1,
      apiLatencyP99Ms: 5_000,
      clientHostDiskPercent: 85,
      brokerDiskPercent: 80,
      sinkLagSeconds: 600,
      deadLettersPerHour: 0,
      iteratorAgeMs: 120_000,
      appendErrorsPer5Minutes: 5,
      quarantinePercent: 5,
      batchAgeHours: 26,
      databaseCpuPercent: 90,
      databaseFreeStorageGiB: 10,
    },
  },
  encryption: 'customer-key',
  statefulResources: 'retain',
  terminationProtection: true,
  logRetention: RetentionDays.SIX_MONTHS,
};

/** The stage for production; its settings are those of {@link awsStage}. @throws SettingError */
export function prodStage(read: SettingReader): Stage {
  return awsStage(PROD, read);
}
