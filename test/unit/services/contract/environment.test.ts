/** Every variable that a function reads is set by its stack, and the other way round. Python's handlers have a test of their own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { safeLoad } from 'js-yaml';
import { readEnvironment as deadLetters } from '../../../../lambda/dead-letters/environment';
import { readEnvironment as emulator } from '../../../../lambda/emulator/environment';
import variables from '../../../../services/contract/environment.json';
import type { FunctionName } from '../../../../services/contract/environment';

const TEMPLATES = join(__dirname, '..', '..', 'lib', 'snapshots', 'templates');

interface Template {
  readonly Resources?: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Properties?: {
          readonly Handler?: string;
          readonly Environment?: { readonly Variables: Readonly<Record<string, unknown>> };
        };
      }
    >
  >;
}

/** The functions of a stage's table engine with the names of their variables. */
function functionsOf(stage: string): [FunctionName, string[]][] {
  const folder = join(TEMPLATES, stage);
  return readdirSync(folder).flatMap((file) => {
    const { Resources = {} } = safeLoad(readFileSync(join(folder, file), 'utf8')) as Template;
    return Object.values(Resources).flatMap(({ Type, Properties }): [FunctionName, string[]][] => {
      const name = Properties?.Handler?.replace(/\.handler$/, '') ?? '';
      if (Type !== 'AWS::Lambda::Function' || !Object.hasOwn(variables, name)) return [];
      return [[name as FunctionName, Object.keys(Properties?.Environment?.Variables ?? {})]];
    });
  });
}

const namesOf = (name: FunctionName): { required: string[]; all: string[] } => {
  const { required, optional } = variables[name];
  return { required: Object.keys(required), all: Object.keys({ ...required, ...optional }) };
};

const SET = readdirSync(TEMPLATES).flatMap((stage) =>
  functionsOf(stage).map(([name, found]) => ({ stage, name, found })),
);

test.each(SET)(
  '$name in $stage is given what it needs, and nothing that it does not read',
  ({ name, found }) => {
    const { required, all } = namesOf(name);
    expect(found).toEqual(expect.arrayContaining(required));
    expect(all).toEqual(expect.arrayContaining(found));
  },
);

test('each variable of each of the table engine’s functions is set in some stage', () => {
  const modules = (Object.keys(variables) as FunctionName[]).filter(
    (name) => name !== 'emulator' && name !== 'dead-letters' && name !== 'report',
  );
  for (const name of modules) {
    const found = new Set(SET.filter((one) => one.name === name).flatMap((one) => one.found));
    expect([name, [...found].sort()]).toEqual([name, namesOf(name).all.sort()]);
  }
});

test.each([
  ['emulator', (env: object) => emulator(env, {})],
  ['dead-letters', (env: object) => deadLetters(env)],
] as const)('%s reads its variables and, besides Lambda’s own, no others', (name, read) => {
  const seen = new Set<string>();
  const values: Record<string, string> = { AUTHENTICATION: 'none', BOOTSTRAP_SERVERS: 'a:9092' };
  read(
    new Proxy(values, {
      get: (_, key: string) => {
        seen.add(key);
        return values[key] ?? '1';
      },
    }),
  );
  expect([...seen].filter((key) => !key.startsWith('AWS_')).sort()).toEqual(namesOf(name).all.sort());
});
