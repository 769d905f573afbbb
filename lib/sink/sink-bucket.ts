import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { REPORT_FACTS_KEY } from '../../services/contract';
import { TOPICS_DIRECTORY } from './connector-config';
import { grantObjectKey } from '../shared/key-grants';
import { privateBucket, type PrivateBucketProps } from '../shared/private-bucket';

/** The folder of the raw files. */
export const RAW_FILES = TOPICS_DIRECTORY;
/** The folder of the emulator's ledger. */
const LEDGER = 'sent';
/** The folder of the tables. */
const TABLES = 'tables';
/** The folder of the newest answers. */
const ANSWERS = 'answers';
/** The folder of the reports. */
const REPORTS = 'reports';

/** Folders of the bucket to grant. */
export interface SinkFolders {
  /** The raw files. */
  readonly rawFiles?: boolean;
  /** The emulator's ledger. */
  readonly ledger?: boolean;
  /** Tables by name. */
  readonly tables?: readonly string[];
  /** The answers. */
  readonly answers?: boolean;
}

/** The bucket of raw files, ledger, tables, answers and reports. Private, encrypted, TLS only. */
export class SinkBucket extends Construct {
  readonly bucket: IBucket;

  private readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    this.key = props.encryptionKey;
    this.bucket = privateBucket(this, props, [
      { id: 'incomplete-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ]);
  }

  /** Lets the grantee write, read and list the emulator's ledger under `sent/`, and nothing else. */
  grantLedger(grantee: IGrantable): void {
    this.grantFolders(grantee, [LEDGER]);
  }

  /**
   * Lets the grantee write, read and list raw files under `topics/`, and nothing else.
   *
   * @param topic only those of this topic (default: of all).
   */
  grantRawFiles(grantee: IGrantable, topic?: string): void {
    this.grantFolders(grantee, [topic === undefined ? RAW_FILES : `${RAW_FILES}/${topic}`]);
  }

  /**
   * Lets the grantee read, write and list the objects of these tables under `tables/`, and nothing else.
   *
   * @param options.delete whether it may delete them, which only table maintenance needs (default: no).
   * @param options.probe whether it may also read an object with the name of a table's folder, as Hadoop's file system
   * does before it lists the folder; it fails on 403 where it expects 404 (default: no).
   */
  grantTables(
    grantee: IGrantable,
    tables: readonly string[],
    options: { readonly delete?: boolean; readonly probe?: boolean } = {},
  ): void {
    const folders = tables.map((table) => `${TABLES}/${table}`);
    this.grantFolders(grantee, folders, options.delete === true ? ['s3:DeleteObject'] : []);
    if (options.probe === true) this.grantNames(grantee, folders, ['s3:GetObject']);
  }

  /** Lets the grantee write and read the answers under `answers/`, and nothing else. */
  grantAnswers(grantee: IGrantable): void {
    this.grantFolders(grantee, [ANSWERS]);
  }

  /** Lets the grantee write and read the reports, and what they are made of, under `reports/`, and nothing else. */
  grantReports(grantee: IGrantable): void {
    this.grantFolders(grantee, [REPORTS]);
  }

  /** Lets the grantee write what reports are made of, and nothing else. */
  grantReportFacts(grantee: IGrantable): void {
    this.grantNames(grantee, [REPORT_FACTS_KEY], ['s3:PutObject']);
    if (this.key !== undefined) grantObjectKey(grantee, this.key, 'write');
  }

  /** Lets the grantee read and list these folders, and nothing else. */
  grantRead(grantee: IGrantable, { rawFiles, ledger, tables = [], answers }: SinkFolders): void {
    const folders = [
      ...(rawFiles === true ? [RAW_FILES] : []),
      ...(ledger === true ? [LEDGER] : []),
      ...tables.map((table) => `${TABLES}/${table}`),
      ...(answers === true ? [ANSWERS] : []),
    ];
    this.grantObjects(grantee, folders, ['s3:GetObject']);
    if (this.key !== undefined) grantObjectKey(grantee, this.key, 'read');
  }

  private grantFolders(grantee: IGrantable, folders: readonly string[], more: readonly string[] = []): void {
    this.grantObjects(grantee, folders, ['s3:GetObject', 's3:PutObject', ...more]);
    if (this.key !== undefined) grantObjectKey(grantee, this.key, 'write');
  }

  private grantObjects(grantee: IGrantable, folders: readonly string[], actions: readonly string[]): void {
    const names = folders.map((folder) => `${folder}/*`);
    this.grantNames(grantee, names, actions);
  }

  /**
   * Access to these objects, and listing of their prefixes: without it S3 returns 403 instead of 404 for a missing
   * object.
   */
  private grantNames(
    { grantPrincipal }: IGrantable,
    names: readonly string[],
    actions: readonly string[],
  ): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: names.map((name) => this.bucket.arnForObjects(name)),
      }),
    );
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': [...names] } },
      }),
    );
  }
}
