import { openPipeline } from '../../../../tools/cli/open-pipeline';

/** The AWS variables that are there when the local run is asked. */
let mockSeen: string[] = [];

// Jest does not find the TypeScript behind the name that Node wants in an `import()`.
jest.mock(
  '../../../../tools/local-run/local-pipeline.js',
  () => ({
    LocalPipeline: class {
      constructor(readonly userId: string) {
        mockSeen = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
      }
    },
  }),
  { virtual: true },
);

const environment = process.env;

afterEach(() => {
  process.env = environment;
});

test("nothing of the person's AWS settings reaches the clients of a local AWS", async () => {
  // With the first the SDK refuses an endpoint that is not Amazon's, with the second it makes no client.
  process.env = {
    ...environment,
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_MAX_ATTEMPTS: 'many',
    AWS_PROFILE: 'none',
  };
  expect(await openPipeline({ stage: 'local', userId: 'me' })).toMatchObject({ userId: 'me' });
  expect(mockSeen).toContain('AWS_EC2_METADATA_DISABLED');
  for (const name of ['AWS_USE_FIPS_ENDPOINT', 'AWS_MAX_ATTEMPTS', 'AWS_PROFILE'])
    expect(mockSeen).not.toContain(name);
});
