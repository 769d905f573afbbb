/** The clients by which the checks ask AWS. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { KafkaClient } from '@aws-sdk/client-kafka';
import { KafkaConnectClient } from '@aws-sdk/client-kafkaconnect';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RDSClient } from '@aws-sdk/client-rds';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { kinesisClient } from '../kinesis-client';
import type { AwsClientConfig } from '../deployment';

/** A client of each service that is asked. */
export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly balancers: ElasticLoadBalancingV2Client;
  readonly kafka: KafkaClient;
  readonly kafkaConnect: KafkaConnectClient;
  readonly kinesis: KinesisClient;
  readonly lambda: LambdaClient;
  readonly rds: RDSClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
}

/** Gives the clients for the time of `use`. */
export async function withClients<R>(
  config: AwsClientConfig,
  use: (clients: Clients) => Promise<R>,
): Promise<R> {
  // One chain for all of them: it may ask a program, or a server.
  const aws = { ...config, credentials: config.credentials ?? defaultProvider() };
  const clients: Clients = {
    cloudFormation: new CloudFormationClient(aws),
    cloudWatch: new CloudWatchClient(aws),
    ec2: new EC2Client(aws),
    balancers: new ElasticLoadBalancingV2Client(aws),
    kafka: new KafkaClient(aws),
    kafkaConnect: new KafkaConnectClient(aws),
    kinesis: kinesisClient(config),
    lambda: new LambdaClient(aws),
    rds: new RDSClient(aws),
    ssm: new SSMClient(aws),
    sts: new STSClient(aws),
  };
  try {
    return await use(clients);
  } finally {
    for (const client of Object.values(clients) as { destroy(): void }[]) client.destroy();
  }
}
