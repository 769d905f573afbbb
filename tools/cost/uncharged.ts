/** The resources that cost nothing while idle, by type. */

/** Paid for by use only: requests, runs, what is stored or sent. Nothing while nothing happens. */
export const BY_USE: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': '$3.50 for a million requests',
  'AWS::Athena::WorkGroup': '$5 for each TB that queries read',
  'AWS::EC2::FlowLog': '$0.50 for each GB of log, and as the log group',
  'AWS::EMRServerless::Application': '$0.052624 for a processor-hour and $0.0057785 for a GB-hour (x86)',
  'AWS::Lambda::Function': '$0.20 for a million invocations and $0.0000133334 for a GB-second (arm64)',
  'AWS::Lambda::EventSourceMapping':
    'its counts of events: $0.30 a month for each, in the hours with records',
  'AWS::Logs::LogGroup':
    '$0.50 for each GB sent, $0.03 for each GB-month kept; metrics in lines: $0.30 a month for each, in the hours with such lines',
  'AWS::Logs::MetricFilter': '$0.30 a month for each metric, in the hours in which lines match',
  'AWS::S3::Bucket': '$0.023 for each GB-month, $0.005 for a thousand writes',
  'AWS::SNS::Topic': '$0.50 for a million messages',
  'AWS::SQS::Queue': '$0.40 for a million requests',
  'AWS::Scheduler::Schedule': '$1 for a million runs, of which 14 million a month are free',
  'AWS::StepFunctions::StateMachine': '$0.025 for a thousand state transitions',
};

/** Services none of whose resources is charged by itself; what of them is in another list is looked for there first. */
const FREE_SERVICES =
  'ApiGateway|ApplicationAutoScaling|Athena|Budgets|CDK|CloudFormation|Events|Glue|IAM|Lambda|Logs|S3|SNS|SQS|SSM|Scheduler';

/** Of the services with resources that are charged, those that are not. */
const FREE_RESOURCES = [
  'EC2::(InternetGateway|KeyPair|LaunchTemplate|Route|RouteTable|SecurityGroup\\w*|Subnet\\w*|VPC|VPCGatewayAttachment)',
  'ElasticLoadBalancingV2::(Listener|TargetGroup)',
  'KMS::Alias',
  'KafkaConnect::(CustomPlugin|WorkerConfiguration)',
  'MSK::(ClusterPolicy|Configuration)',
  'RDS::DB(Parameter|Subnet)Group',
  'SecretsManager::(ResourcePolicy|RotationSchedule|SecretTargetAttachment)',
  'WAFv2::(LoggingConfiguration|WebACLAssociation)',
];

const FREE = new RegExp(`^(AWS::((${FREE_SERVICES})::.*|${FREE_RESOURCES.join('|')})|Custom::.*)$`);

/** Whether resources of a type cost nothing by themselves; a custom resource costs as its function does. */
export function isFree(type: string): boolean {
  return FREE.test(type);
}
