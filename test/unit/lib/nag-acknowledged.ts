/** What cdk-nag finds and is meant to be so: where, and why. */

/** A finding that is meant. */
export interface Acknowledged {
  /** The rule without `AwsSolutions-`. */
  readonly rule: string;
  /** The path of the resource, without the stack's common prefix, for example `source/Source/Instance`. */
  readonly path: RegExp;
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
