/** What an account has to offer before anything is deployed, and afterwards. */
import { DescribeStreamSummaryCommand, ResourceNotFoundException } from '@aws-sdk/client-kinesis';
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { GetParameterCommand, ParameterNotFound } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { FEED_NAMES, streamName } from '../../../services/contract';
import { messageOf } from '../../pipeline/aws-errors';
import type { StageAws } from '../../pipeline/deployment';
import { failed, ok, warning, type Finding } from '../../pipeline/doctor/check';
import type { Clients } from '../../pipeline/doctor/clients';
import { contextFlags } from '../../pipeline/doctor/remedies';

/** The CDK's default bootstrap says its version here; `aws-cdk-lib`'s synthesizer wants at least this one. */
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';
const BOOTSTRAP_VERSION = 6;

/** Functions next to the appenders that may run at once: two emulations, batch, maintenance, redrive, dead-letter records. */
const OTHER_FUNCTIONS = 6;

/** The account of the credentials. Whoever has credentials may ask this. */
export async function credentialsFinding({ sts }: Clients, abortSignal: AbortSignal): Promise<Finding> {
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand(), { abortSignal });
    return ok(`account ${Account ?? '?'}, as ${Arn ?? '?'}`);
  } catch (error) {
    const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string };
    const refused =
      name === 'CredentialsProviderError' || [400, 403].includes($metadata?.httpStatusCode ?? 0);
    if (!refused) throw error;
    return failed(
      messageOf(error),
      'Give usable ones: `aws sso login`, `aws configure`, or AWS_PROFILE; `aws sts get-caller-identity` says whether they are.',
    );
  }
}

/** Whether the account and region are bootstrapped. */
export async function bootstrapFinding(
  { ssm }: Clients,
  stage: StageAws,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const remedy = `Bootstrap the account and region: \`npx cdk bootstrap ${contextFlags(stage)}\`.`;
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: BOOTSTRAP_PARAMETER }), {
      abortSignal,
    });
    const version = Number(Parameter?.Value);
    return version >= BOOTSTRAP_VERSION
      ? ok(`version ${version}`)
      : failed(`version ${Parameter?.Value ?? '?'}, and at least ${BOOTSTRAP_VERSION} is needed`, remedy);
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    return failed(`there is no ${BOOTSTRAP_PARAMETER} in ${stage.aws.region}`, remedy);
  }
}

/**
 * Whether as many functions may run at once as the pipeline wants.
 *
 * @param shards of all feeds' streams; each has one function at a time.
 */
export async function concurrencyFinding(
  { lambda }: Clients,
  shards: number,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand(), { abortSignal });
  const limit = AccountLimit?.UnreservedConcurrentExecutions ?? AccountLimit?.ConcurrentExecutions ?? 0;
  const wanted = shards + OTHER_FUNCTIONS;
  const seen = `${limit} functions may run at once, up to ${wanted} are wanted (${shards} of them for the shards)`;
  return limit >= wanted
    ? ok(seen)
    : warning(
        seen,
        'Records of the streams wait for one another and arrive late. Ask for more: Service Quotas, AWS Lambda, "Concurrent executions" (L-B99A9384).',
      );
}

/** Whether the names of the streams are free, which have the user id but not the stage. */
export async function namesFinding(
  { kinesis }: Clients,
  { userId }: StageAws,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const names = FEED_NAMES.map((feed) => streamName(userId, feed));
  const isTaken = async (name: string): Promise<boolean> => {
    try {
      await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: name }), { abortSignal });
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  };
  const answers = await Promise.all(names.map(isTaken));
  const taken = names.filter((_, index) => answers[index]);
  return taken.length === 0
    ? ok(`the streams' names are free (${names.join(', ')})`)
    : failed(
        `there already: ${taken.join(', ')}`,
        'Another stage of this user id has them, or they were made by hand: give this one another `-c userId=...`, or delete them.',
      );
}
