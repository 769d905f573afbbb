/**
 * The content of the source database as a CloudFormation custom resource:
 * `{AdministratorSecretArn, ReaderSecretArn, Host, Port, Database, Posts, Seed, Snapshot}`. Writes the generated posts,
 * unless a snapshot was restored, and makes the account that the emulator reads with.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { handleCustomResource } from '../custom-resource';
import { readSecret, sourceDataResource } from './source-data';

/** The Lambda's entry point. */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<void> {
  await handleCustomResource(event, context, sourceDataResource(readSecret));
}
