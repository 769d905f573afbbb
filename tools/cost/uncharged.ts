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

/** Never charged by themselves. What is in no list is named as not counted. */
export const FREE: ReadonlySet<string> = new Set([
  'AWS::ApiGateway::Account',
  'AWS::ApiGateway::ApiKey',
  'AWS::ApiGateway::Deployment',
  'AWS::ApiGateway::GatewayResponse',
  'AWS::ApiGateway::Method',
  'AWS::ApiGateway::Model',
  'AWS::ApiGateway::RequestValidator',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::Stage', // Without a cache.
  'AWS::ApiGateway::UsagePlan',
  'AWS::ApiGateway::UsagePlanKey',
  'AWS::ApiGateway::VpcLink',
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::Athena::NamedQuery',
  'AWS::Budgets::Budget', // Without actions.
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::CustomResource', // As its function.
  'AWS::EC2::InternetGateway',
  'AWS::EC2::KeyPair',
  'AWS::EC2::LaunchTemplate', // As what is launched by it.
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::Events::Rule', // Of AWS's own events.
  'AWS::Glue::Database',
  'AWS::Glue::Table', // Up to a million objects in the catalogue.
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KafkaConnect::CustomPlugin',
  'AWS::KafkaConnect::WorkerConfiguration',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::LayerVersion',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogStream',
  'AWS::Logs::QueryDefinition',
  'AWS::Logs::ResourcePolicy',
  'AWS::MSK::ClusterPolicy',
  'AWS::MSK::Configuration',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription', // By mail; a thousand messages a month.
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter', // Of the standard tier.
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SecretsManager::SecretTargetAttachment',
  'AWS::WAFv2::WebACLAssociation',
  'AWS::WAFv2::LoggingConfiguration',
]);
