/**
 * The projects, from the fastest to the slowest; CONTRIBUTING.md has what each holds.
 *
 * - `unit` needs nothing but Node. CDK is loaded, and each stage synthesised, once a worker: see test/unit/environment.cjs.
 * - `process` starts programs of this repository as processes; it needs what `npm ci` installs.
 * - `integration-shared` runs against one broker, one MiniStack and one MariaDB, which its files share and never kill.
 * - `integration` runs against real parts of each file's own (Kafka, Kafka Connect, MariaDB, MiniStack).
 * - `browser` looks at the page of one running pipeline by Chromium.
 * - `end-to-end` runs the whole pipeline, and does harm to it.
 */
const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' } }],
    '^.+\\.tsx$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'preact' } },
        },
      },
    ],
    // These have ES modules only, which jest cannot require below Node 24.9.
    'node_modules/(preact/.*\\.mjs|@platformatic/.*\\.js)$': '@swc/jest',
  },
  transformIgnorePatterns: ['node_modules/(?!preact/|@platformatic/)'],
  // TypeScript first: beside local-run's guardian.ts there is a guardian.cjs.
  moduleFileExtensions: ['ts', 'tsx', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/.local/', '<rootDir>/cdk.out/'],
};

/** The files that share parts; see test/integration/support/shared-parts.ts. */
const SHARED = [
  'client-host',
  'dead-letters',
  'emulator',
  'flow',
  'package-asset',
  'replay',
  'rest-proxy',
  'rest-proxy-contract',
  'rest-proxy-openapi',
  'rest-proxy-refusals',
  'source-snapshot',
].map((name) => `<rootDir>/test/integration/${name}.test.ts`);

export default {
  // A bound, not an expectation, for tests and hooks that set none of their own: a busy machine takes several times as long.
  testTimeout: 300_000,
  // Of `npm run coverage`; `text-summary` without a file is printed.
  collectCoverageFrom: ['{bin,lambda,lib,services,tools}/**/*.{ts,tsx}'],
  coverageReporters: ['text-summary', ['text-summary', { file: 'summary.txt' }], 'lcov'],
  projects: [
    {
      ...common,
      displayName: 'unit',
      testEnvironment: '<rootDir>/test/unit/environment.cjs',
      transform: {
        ...common.transform,
        'node_modules/(aws-cdk-lib|constructs|cdk-nag)/.*\\.js$': '<rootDir>/test/unit/shared-modules.cjs',
      },
      transformIgnorePatterns: ['node_modules/(?!(aws-cdk-lib|constructs|cdk-nag|preact|@platformatic)/)'],
      testMatch: ['<rootDir>/test/unit/**/*.test.ts'],
    },
    { ...common, displayName: 'process', testMatch: ['<rootDir>/test/process/**/*.test.ts'] },
    {
      ...common,
      displayName: 'integration-shared',
      globalSetup: '<rootDir>/test/integration/support/start-shared-parts.ts',
      globalTeardown: '<rootDir>/test/integration/support/stop-shared-parts.ts',
      testMatch: SHARED,
    },
    {
      ...common,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...SHARED],
    },
    {
      ...common,
      displayName: 'browser',
      globalSetup: '<rootDir>/test/browser/support/start-pipeline.ts',
      globalTeardown: '<rootDir>/test/browser/support/stop-pipeline.ts',
      testMatch: ['<rootDir>/test/browser/**/*.test.ts'],
    },
    { ...common, displayName: 'end-to-end', testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts'] },
  ],
};
