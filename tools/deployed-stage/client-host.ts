/** The client host of a stage: its running instance, and the private key of its key pair. */
import {
  DescribeKeyPairsCommand,
  EC2Client,
  paginateDescribeInstances,
  type Instance,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CLIENT_HOST_TAG } from '../../lib/client-host/client-host-tag';
import type { StageAws } from '../pipeline/deployment';
import { pipelineTags } from './stage-aws';

/** The instance that the client host runs on. */
export interface ClientHostInstance {
  readonly instanceId: string;
  /** Its address in the network. */
  readonly privateIp: string;
  /** The name of its key pair. */
  readonly keyName: string;
}

/**
 * Finds the running instance by its tags; of several, while one takes over, the newest.
 *
 * @throws Error when none runs, with the states of those that there are.
 */
export async function findClientHost(deployment: StageAws): Promise<ClientHostInstance> {
  const tags = { ...pipelineTags(deployment), part: CLIENT_HOST_TAG };
  const client = new EC2Client(deployment.aws);
  const found: Instance[] = [];
  try {
    const Filters = Object.entries(tags).map(([name, value]) => ({ Name: `tag:${name}`, Values: [value] }));
    for await (const page of paginateDescribeInstances({ client }, { Filters })) {
      for (const { Instances } of page.Reservations ?? []) found.push(...(Instances ?? []));
    }
  } finally {
    client.destroy();
  }
  const time = ({ LaunchTime }: Instance): number => LaunchTime?.getTime() ?? 0;
  const [newest] = found
    .filter(({ State }) => State?.Name === 'running')
    .sort((one, other) => time(other) - time(one));
  if (newest?.InstanceId === undefined) {
    const states = found.map(({ InstanceId, State }) => `${InstanceId ?? '?'} is ${State?.Name ?? '?'}`);
    throw new Error(
      `No client host of the user id "${deployment.userId}" runs in stage ${deployment.stage} in ${deployment.aws.region}${states.length > 0 ? ` (${states.join(', ')})` : ''}. One that is being replaced is there after some minutes; if there was never one, deploy the stage, or give another --stage, --user-id or --region.`,
    );
  }
  return {
    instanceId: newest.InstanceId,
    privateIp: newest.PrivateIpAddress ?? '',
    keyName: newest.KeyName ?? '',
  };
}

/**
 * Reads the private key of a key pair that was made by CloudFormation, from Parameter Store.
 *
 * @returns the key as OpenSSH reads it.
 * @throws Error when the pair or the parameter is not there, or may not be read.
 */
export async function readPrivateKey({ aws }: StageAws, keyName: string): Promise<string> {
  const ec2 = new EC2Client(aws);
  const ssm = new SSMClient(aws);
  try {
    const { KeyPairs } = await ec2.send(new DescribeKeyPairsCommand({ KeyNames: [keyName] }));
    const Name = `/ec2/keypair/${KeyPairs?.[0]?.KeyPairId ?? ''}`;
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    if (!Parameter?.Value) throw new Error(`The parameter ${Name} is empty: expected the private key.`);
    return Parameter.Value.endsWith('\n') ? Parameter.Value : `${Parameter.Value}\n`;
  } finally {
    ec2.destroy();
    ssm.destroy();
  }
}
