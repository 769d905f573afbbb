/**
 * Two projects: `unit` needs nothing but Node; `integration` runs against real parts (Kafka, Kafka Connect,
 * MariaDB, MiniStack) and is run one file at a time, because the files share two processor cores.
 */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.tsx?$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  // TypeScript first: beside local-run's guardian.ts there is a guardian.cjs.
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/.local/', '<rootDir>/cdk.out/'],
};

export default {
  // A bound, not an expectation, for tests and hooks that set none of their own: a busy machine takes several times as long.
  testTimeout: 300_000,
  // Of `npm run coverage`; `text-summary` without a file is printed.
  collectCoverageFrom: ['{bin,lambda,lib,services,tools}/**/*.ts'],
  coverageReporters: ['text-summary', ['text-summary', { file: 'summary.txt' }], 'lcov'],
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    { ...common, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.test.ts'] },
    { ...common, displayName: 'end-to-end', testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts'] },
  ],
};
