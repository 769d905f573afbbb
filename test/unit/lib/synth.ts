/** Builds the app the way `bin/pipeline-app.ts` does, in this process. */
import { App, Stack, type Stage as CdkStage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { addPipeline, type Pipeline } from '../../../lib/pipeline';
import { readDeployment, type Deployment } from '../../../lib/stages';

/** A full set of settings of the local stage. */
export const LOCAL_SETTINGS: Readonly<Record<string, unknown>> = {
  stage: 'local',
  userId: 'pinterest',
  bootstrapServers: '127.0.0.1:19092',
  connectUrl: 'http://127.0.0.1:18083',
  restProxyUrl: 'http://127.0.0.1:18082',
  databaseHost: '127.0.0.1',
  databasePort: '13306',
  awsEndpointUrl: 'http://127.0.0.1:14566',
  // Any zip: nothing is run here.
  tableEnginePackage: join(__dirname, 'fixtures/plugin.zip'),
};

/** What a stage on Amazon's AWS deploys, without the packages themselves: nothing is run here. */
export const AWS_PACKAGES: Readonly<Record<string, unknown>> = {
  tableEnginePackage: join(__dirname, 'fixtures/plugin.zip'),
  sinkPluginZip: join(__dirname, 'fixtures/plugin.zip'),
  clientHostPackage: join(__dirname, 'fixtures/client-host'),
};

/** The Spark job's package, which is only given where it is used. */
const SPARK_PACKAGE = join(__dirname, 'fixtures/spark');

/** Reads these settings of the local stage. A setting given as undefined is missing. */
export function deployment(settings: Readonly<Record<string, unknown>> = {}): Deployment {
  const all = { ...LOCAL_SETTINGS, ...settings };
  return readDeployment((name) => all[name]);
}

/** Reads these settings of a stage on Amazon's AWS. */
export function awsDeployment(
  stage: 'dev' | 'prod',
  settings: Readonly<Record<string, unknown>> = {},
): Deployment {
  const spark = stage === 'prod' || settings.batchEngine === 'emr-serverless';
  const packages = { ...AWS_PACKAGES, ...(spark ? { sparkPackage: SPARK_PACKAGE } : {}) };
  const all: Record<string, unknown> = { stage, ...packages, ...settings };
  return readDeployment((name) => all[name]);
}

const { context } = JSON.parse(readFileSync(join(__dirname, '../../../cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** An app with the project's feature flags; functions are not bundled unless asked for. */
export function app(options: { bundle?: boolean; validate?: boolean; outdir?: string } = {}): App {
  return new App({
    context: { ...context, ...(options.bundle === true ? {} : { 'aws:cdk:bundling-stacks': [] }) },
    builtinCloudFormationValidation: options.validate ?? false,
    analyticsReporting: false,
    outdir: options.outdir,
  });
}

/** Templates by part. Those of the parts that the stage does not have are missing. */
export type Templates = Readonly<Record<keyof Pipeline, Template>>;

/** The JSON texts of templates that another test file of this worker synthesised, by part (`environment.cjs`). */
const synthesised = (
  globalThis as unknown as Record<symbol, Map<string, readonly (readonly [part: string, text: string])[]>>
)[Symbol.for('pipeline.templates')];

/**
 * The pipeline of these settings, and its templates by part, which are the caller's own to change.
 *
 * A worker synthesises each deployment once; `stacks` are built when they are asked for.
 */
export function pipeline(deployed: Deployment = deployment()): {
  readonly stacks: Pipeline;
  readonly templates: Templates;
} {
  let stacks: Pipeline | undefined;
  const build = (): Pipeline => (stacks ??= addPipeline(app(), deployed));
  // Takes data only: a function in a deployment, which no key tells from another, throws.
  const key = serialize(deployed).toString('base64');
  const texts =
    synthesised?.get(key) ??
    Object.entries(build()).map(
      ([part, stack]: [string, Stack]) => [part, JSON.stringify(Template.fromStack(stack).toJSON())] as const,
    );
  synthesised?.set(key, texts);
  const entries = texts.map(([part, text]) => [part, Template.fromString(text)]);
  return {
    get stacks() {
      return build();
    },
    templates: Object.fromEntries(entries) as Templates,
  };
}

/** An empty stack to try a construct in, in a real region so that nothing is a token that need not be. */
export function emptyStack(scope: CdkStage = app()): Stack {
  return new Stack(scope, 'Test', { env: { region: 'eu-west-1' } });
}

/** A resource as in a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** All resources of a template by logical id. */
export function resources(template: Template): Record<string, TemplateResource> {
  return (template.toJSON() as { Resources: Record<string, TemplateResource> }).Resources;
}

/** All resources of a type by logical id. */
export function resourcesOf(template: Template, type: string): [string, TemplateResource][] {
  return Object.entries(resources(template)).filter(([, resource]) => resource.Type === type);
}

/** A statement of an IAM policy as in a template. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
}

/** All statements of the IAM policies attached to roles whose logical id begins so. */
export function statementsOf(template: Template, roleIdPrefix: string): Statement[] {
  return resourcesOf(template, 'AWS::IAM::Policy').flatMap(([, { Properties }]) => {
    const { Roles, PolicyDocument } = Properties as {
      Roles: { Ref: string }[];
      PolicyDocument: { Statement: Statement[] };
    };
    return Roles.some(({ Ref }) => Ref.startsWith(roleIdPrefix)) ? PolicyDocument.Statement : [];
  });
}
