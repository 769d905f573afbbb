/** What cdk-nag finds and is meant to be so: where, and why. */

/** A finding that is meant. */
export interface Acknowledged {
  /** The rule without `AwsSolutions-`; what is in square brackets behind it is left out. */
  readonly rule: string;
  /** The path of the resource, without the stack's common prefix, for example `source/Source/Instance`. */
  readonly path: RegExp;
  /** The finding, for rules that report one. Default: anything. */
  readonly finding?: RegExp;
  /** The stages in which it is found. Default: both. */
  readonly stage?: 'dev' | 'prod';
  readonly reason: string;
}

/** A function of the app: its construct's path. */
const FUNCTIONS =
  /(Seeder|BrokersHandler|Topics\/Handler|DeadLetters\/Function|Append-(pin|geo|user)|Care|Redrive|Replay|Batch|Answers|Reconcile|Emulator\/Function)(ServiceRole)?\/Resource$/;

/** All of them, in the order of the stacks. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    rule: 'EC28',
    path: /^network\/Network\/Made\/Nat\/Instance/,
    stage: 'dev',
    reason: 'A NAT instance for development; basic monitoring is enough, and detailed monitoring costs.',
  },
  {
    rule: 'EC29',
    path: /^network\/Network\/Made\/Nat\/Instance/,
    stage: 'dev',
    reason: 'It holds nothing. Termination protection would only be in the way of cdk destroy.',
  },
  {
    rule: 'RDS3',
    path: /^source\/Source\/Instance/,
    stage: 'dev',
    reason: 'A standby doubles the price; the posts are generated and can be made again.',
  },
  {
    rule: 'RDS10',
    path: /^source\/Source\/Instance/,
    stage: 'dev',
    reason: 'cdk destroy is to leave nothing behind in development.',
  },
  {
    rule: 'RDS11',
    path: /^source\/Source\/Instance/,
    reason: 'Only one group of clients reaches the port, whatever its number.',
  },
  {
    rule: 'SMG4',
    path: /^source\/Source\/Secret/,
    reason:
      'The account reads generated posts and nothing else. The administrator’s secret is rotated by RDS every week.',
  },
  {
    rule: 'IAM5',
    path: FUNCTIONS,
    finding: /\[Resource::\*\]$/,
    reason:
      'It makes network interfaces, which Lambda needs in a VPC; they have no ARN before they are made.',
  },
  {
    rule: 'L1',
    path: FUNCTIONS,
    reason:
      'Node.js 24 has long-term support; Python 3.14 is the newest that all packages of the table engine have wheels for.',
  },
  {
    rule: 'S1',
    path: /^(storage\/Sink|stream\/Tables\/Failures)\/Bucket/,
    reason:
      'Who reaches the bucket is said by the roles of this app; a bucket of access logs would outgrow it.',
  },
  {
    rule: 'IAM5',
    path: /^kafka\/Topics\/HandlerServiceRole/,
    finding: /\/topics\/\*\]$/,
    reason: 'Raw files are named by their offsets, which is what is read there.',
  },
  {
    rule: 'IAM5',
    path: /^kafka\/DeadLetters\/FunctionServiceRole/,
    finding: /\/(topics\/pinterest\.dead-letters\/|pinterest-dead-letters-)\*\]$/,
    reason: 'Objects are named by their offsets; each run is a consumer group of its own behind this prefix.',
  },
  {
    rule: 'IAM5',
    path: /^kafka\/SinkConnector\/Role/,
    finding: /(\/__amazon_msk_connect_\*|connect-pinterest-(dev|prod)-s3-sink\*|\/topics\/\*)\]$/,
    reason: 'MSK Connect makes names of its own behind these prefixes; raw files are named by their offsets.',
  },
  {
    rule: 'IAM5',
    path: /^client-host\/ClientHost\/Role/,
    finding: /(\[Resource::\*|console-consumer-\*)\]$/,
    reason:
      'Session Manager and PutMetricData know no resources, the latter is held to a namespace; the console consumer makes up its group’s name.',
  },
  {
    rule: 'IAM5',
    path: /^stream\/Tables\/\S+ServiceRole/,
    finding:
      /(tables\/(pinterest_(pin|geo|user)_table|quarantine)\/\*|FailuresBucket\w+\.Arn>\/(redriven\/)?\*)\]$/,
    reason:
      'The files of one table, and what Lambda puts into the bucket of failures, have names of their own making.',
  },
  {
    rule: 'IAM5',
    path: /^stream\/ReplayServiceRole/,
    finding: /\/(topics|tables\/(pin|geo|user|batch_files|quarantine|pinterest_(pin|geo|user)_table))\/\*\]$/,
    reason: 'Raw files and the files of one table have names of their own making.',
  },
  {
    rule: 'IAM5',
    path: /^(kafka|stream|emulator)\/SchedulerRoleForTarget-/,
    finding: /\.Arn>:\*\]$/,
    reason: 'The versions of one function.',
  },
  {
    rule: 'IAM5',
    path: /^api\/StreamApi\/Role/,
    finding: /(\[Resource::\*|stream\/streaming-pinterest-\*)\]$/,
    reason:
      'The API makes streams behind this prefix; ListStreams knows no resources, and its answer is filtered.',
  },
  {
    rule: 'IAM5',
    path: /^emulator\/Emulator\/Function/,
    finding: /\/sent\/\*\]$/,
    reason: 'The ledger’s objects are numbered.',
  },
  {
    rule: 'IAM5',
    path: /^batch\/Daily\/(Functions|Spark)\/\S*Role/,
    finding:
      /\/(topics|sent|answers|reports|tables\/(pin|geo|user|batch_files|quarantine|pinterest_(pin|geo|user)_table))\/\*\]$/,
    reason:
      'Raw files, the ledger, answers, reports and the files of one table have names of their own making.',
  },
  {
    rule: 'IAM5',
    path: /^batch\/Daily\/Spark\/Role/,
    stage: 'prod',
    finding: /arn:aws:logs:[\w-]+:<AWS::AccountId>:\*\]$/,
    reason: 'EMR Serverless looks for its log group in the list of all.',
  },
  {
    rule: 'IAM5',
    path: /^batch\/Daily\/StateMachine\/Role/,
    finding: /(<DailyFunctions\w+\.Arn>:\*|\[Resource::\*)\]$/,
    reason: 'The versions of one function; X-Ray and the delivery of logs know no resources.',
  },
  {
    rule: 'IAM5',
    path: /^batch\/Daily\/StateMachine\/Role/,
    stage: 'prod',
    finding: /<DailySparkApplication\w*\.Arn>\/jobruns\/\*\]$/,
    reason: 'The runs of one application, which have no names before they begin.',
  },
  {
    rule: 'IAM4',
    path: /^api\/Api\/RestApi\/CloudWatchRole/,
    reason:
      'The role with which API Gateway writes the logs of the whole account; Amazon says what it needs.',
  },
  {
    rule: 'APIG3',
    path: /^api\/Api\/RestApi\/DeploymentStage/,
    stage: 'dev',
    reason: 'A firewall costs; -c firewall=on adds it. Requests are signed in any case.',
  },
  {
    rule: 'APIG6',
    path: /^api\/Api\/RestApi\/DeploymentStage/,
    reason:
      'Execution logs repeat bodies, which are personal data. The access log has who, what and with which outcome.',
  },
  {
    rule: 'COG4',
    path: /^api\/Api\/RestApi\/Default/,
    reason: 'Callers are AWS principals and authorised by IAM; there are no users to sign up.',
  },
  {
    rule: 'AS3',
    path: /^client-host\/ClientHost\/Instances/,
    reason: 'A host that is replaced heals itself; the proxy’s targets are watched instead.',
  },
  {
    rule: 'ELB2',
    path: /^client-host\/ProxyBalancer\/Balancer/,
    reason: 'A network load balancer logs TLS listeners only. API Gateway’s access log has every request.',
  },
];
