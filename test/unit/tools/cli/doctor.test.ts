/** The command `doctor`. */
import { Command } from 'commander';
import { addDoctor } from '../../../../tools/cli/doctor';

/** The AWS variables that are there when the local run is asked. */
let mockSeen: string[] = [];

// Jest does not find the TypeScript behind the name that Node wants in an `import()`.
jest.mock(
  '../../../../tools/local-run/doctor/local-doctor.js',
  () => ({
    doctorOfLocalRun: () => {
      mockSeen = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
      return [{ check: 'run', status: 'ok', seen: 'it runs', remedy: null }];
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
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const program = new Command();
  addDoctor(program);
  await program.parseAsync(['doctor', '--user-id', 'me', '--json'], { from: 'user' });
  expect(String(written.mock.calls[0]?.[0])).toContain('"seen": "it runs"');
  written.mockRestore();
  expect(mockSeen).toContain('AWS_EC2_METADATA_DISABLED');
  for (const name of ['AWS_USE_FIPS_ENDPOINT', 'AWS_MAX_ATTEMPTS', 'AWS_PROFILE'])
    expect(mockSeen).not.toContain(name);
});
