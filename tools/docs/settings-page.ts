/** `docs/reference/settings.md`: what `-c name=value` can set, and what `dev` and `prod` are by themselves. */
import { readDeployment } from '../../lib/stages';
import { DEV } from '../../lib/stages/dev';
import { PROD } from '../../lib/stages/prod';
import { code, page, table } from './markdown';

/** Each setting of the stages on AWS: what it does, with its values. */
export const SETTINGS: Readonly<Record<string, string>> = {
  stage: '`dev` (the default of `cdk.json`), `prod` or `local`',
  userId: 'the prefix of every name: letters, digits and `-`; default `pinterest`',
  region: 'the region; default `us-east-1`',
  parked: '`true`: remove what costs while idle and keep the data (`dev` only)',
  destroyData: '`true`: buckets, key and database go with their stacks (`dev` only)',
  egress: 'the way out of the network: `nat-instance`, `nat-gateway`, `endpoints`',
  availabilityZones: 'the zones, joined by commas',
  vpcId: 'an existing VPC, together with `privateSubnetIds` and `availabilityZones`',
  privateSubnetIds: 'its private subnets, joined by commas, one for each zone',
  kafkaCapacity: '`provisioned` or `serverless`',
  kafkaInstanceType: 'the size of the brokers',
  kafkaVersion: "MSK's name of the Kafka version",
  kafkaBootstrapServers: 'an existing cluster: `host:port`, joined by commas',
  kafkaClusterArn: 'the ARN of that cluster',
  connectUrl: 'an existing Kafka Connect in place of MSK Connect',
  connectClientSettings: 'where client settings are given: `connector` or `worker`',
  sinkPluginZip: 'the zip of the S3 sink plugin; made by the deployment unless given',
  sinkPluginConfig: 'a JSON file with the properties of another sink plugin',
  restProxyUrl: 'an existing REST proxy in place of the client host',
  clientHostPackage: 'the package of the client host; made by the deployment unless given',
  sshFrom: 'an IPv4 range that may open SSH to the client host; default: none',
  databaseHost: 'an existing MySQL in place of RDS, together with `databaseSecretArn`',
  databasePort: 'its port; default 3306',
  databaseName: "the database's name; default `pinterest`",
  databaseSecretArn: 'the secret with its user name and password',
  databaseSecretKeyArn: 'the key of that secret, when it is a customer-managed one',
  sourceSnapshot: 'a snapshot that a new source database is restored from',
  tableEnginePackage: "the package of the table engine's functions; made by the deployment unless given",
  batchEngine: '`lambda`, `emr-serverless` or `none`',
  sparkPackage: 'the package of the Spark job; made by the deployment unless given',
  emulator: "`on` or `off`: the emulator's schedule",
  firewall: '`on` or `off`: AWS WAF before the API',
  usagePlan: '`on` or `off`: an API key besides the signature',
  alarms: '`all`, or `effects`: without early signs',
  alarmEmail: 'an address that is subscribed to the alarms',
  monthlyBudgetUsd: "the account's budget in US dollars a month",
  runbookUrl: "what the alarms' links to the runbook begin with",
};

/**
 * The names of the settings that a stage on AWS reads, recorded while it reads them. A setting that is only read together with
 * others is reached by one of these combinations; wrong values end a reading early, which is why there are several.
 */
export function settingsRead(): Set<string> {
  const existing = {
    kafkaBootstrapServers: 'b-1.example:9098',
    connectUrl: 'http://connect.example:8083',
    sinkPluginConfig: 'a JSON file with the properties of another sink plugin',
    restProxyUrl: 'https://proxy.example',
    databaseHost: 'db.example',
    batchEngine: 'none',
    tableEnginePackage: 'functions.zip',
  };
  const names = new Set<string>();
  for (const given of [{}, existing, { vpcId: 'vpc-0123456789abcdef0' }]) {
    for (const stage of ['dev', 'prod']) {
      const settings: Readonly<Record<string, unknown>> = { stage, ...given };
      try {
        readDeployment((name) => {
          names.add(name);
          return settings[name];
        });
      } catch {
        // What was read until then counts.
      }
    }
  }
  return names;
}

type Leaf = readonly [path: string, value: string];

/** The leaves of a tree of settings, named by their paths. */
function leaves(value: unknown, path = ''): Leaf[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path, Array.isArray(value) ? value.join(', ') : String(value)]];
  }
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

/** The page. */
export function settingsPage(): string {
  const dev = new Map(leaves(DEV));
  const prod = new Map(leaves(PROD));
  const paths = [...new Set([...dev.keys(), ...prod.keys()])];
  return page(
    "The stages' settings",
    '`lib/stages`',
    '## Given by `-c name=value`',
    'To every `cdk` command and to `npm run pipeline -- cost`. Wrong values are refused with a sentence before anything is deployed.',
    table(
      ['setting', 'what it does'],
      Object.entries(SETTINGS).map(([name, text]) => [code(name), text]),
    ),
    '## What the stages are by themselves',
    'In `lib/stages/dev.ts` and `lib/stages/prod.ts`; the fields are documented in `lib/stages/stage.ts` and its neighbours.',
    table(
      ['field', 'dev', 'prod'],
      paths.map((path) => [code(path), dev.get(path) ?? '', prod.get(path) ?? '']),
    ),
  );
}
