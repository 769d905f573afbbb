/**
 * The client host's boot script and what it installs, run in a root of its own: the user data as the template has it, the
 * tools against a real broker, the proxy by its unit's own command line.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bootUserData, packageArchive, type BootSettings } from '../../lib/client-host/client-host-boot';
import { ensureParts } from '../../tools/local-run/install';
import { CLIENT_HOST } from '../../tools/local-run/install/client-host-part';
import { freePort } from '../../tools/local-run/ports';
import { sha256 } from '../../lib/packaging/client-host-sums';
import { clientHostTar } from '../../lib/packaging/package-files';
import { OwnKafkaHarness, resultsOf, send, SETUP_TIMEOUT_MS, TEST_TIMEOUT_MS } from './rest-proxy-harness';
import { sample } from '../sweeps';
import { LocalRoot, type Outcome } from './support/local-root';

jest.setTimeout(TEST_TIMEOUT_MS);

const UNIT = '/etc/systemd/system/rest-proxy.service';
const TOPIC = 'host-test.pin';

let packageFolder: string;
let scratch: string;
let settings: BootSettings;
let kafka: OwnKafkaHarness;
let root: LocalRoot;
let port: number;

/** Runs user data in the root, as cloud-init does. */
function boot(changes: Partial<BootSettings> = {}): Outcome {
  const script = bootUserData({ ...settings, ...changes });
  root.shell(
    `cat > /var/lib/user-data <<'END-OF-USER-DATA'\n${script}\nEND-OF-USER-DATA\nchmod 700 /var/lib/user-data`,
  );
  return root.run({ RETRY_SECONDS: '0' }, '/var/lib/user-data');
}

/** Everything that is installed, with modes, owners, targets of links and checksums. */
const installed = (): string =>
  root.shell(`
    find /opt /usr/local/bin/kafka-*.sh /usr/lib/sysusers.d/rest-proxy.conf /etc/systemd/system/rest-proxy.service \
      /etc/rest-proxy.env /etc/logrotate.d/rest-proxy /etc/client-host-cloudwatch.json /etc/passwd /etc/group \
      -printf '%M %u %g %p %l\\n' | sort
    find /opt /etc/rest-proxy.env /etc/passwd -type f -exec sha256sum {} + | sort -k 2`);

/** Starts the proxy as systemd would: by the unit's command line, in the environment of its file. */
async function startByUnit(): Promise<{ end: () => Promise<number | null> }> {
  const command = root.shell(`sed -n 's/^ExecStart=//p' ${UNIT}`).trim().split(' ');
  const lines = root.shell('cat /etc/rest-proxy.env').trim().split('\n');
  const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
  // Behind the host's security group it listens to all; here no one else is to reach it, and ports are shared.
  const here = { REST_PROXY_HOST: '127.0.0.1', REST_PROXY_ADMIN_PORT: '0' };
  const [program, args] = root.command({ ...env, ...here }, command);
  const proxy = spawn(program, args);
  let output = '';
  for (const stream of [proxy.stdout, proxy.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exit = once(proxy, 'exit') as Promise<[number | null]>;
  while (!output.includes('"listening"')) {
    if (proxy.exitCode !== null) throw new Error(`The proxy ended with ${proxy.exitCode}: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    end: async () => {
      proxy.kill('SIGTERM');
      return (await exit)[0];
    },
  };
}

beforeAll(async () => {
  ({ clientHostPackage: packageFolder } = await ensureParts(undefined, { only: ['client-host'] }));
  kafka = await OwnKafkaHarness.start();
  await kafka.createTopic(TOPIC, 1);
  port = await freePort();
  scratch = mkdtempSync(path.join(tmpdir(), 'client-host-'));
  const archive = packageArchive(packageFolder);
  const bucket = path.join(scratch, 'fetched', 'assets');
  mkdirSync(bucket, { recursive: true });
  copyFileSync(archive.path, path.join(bucket, 'host.tar'));
  const changed = (name: string, change: string): void => {
    const content = path.join(scratch, name);
    mkdirSync(content);
    const tar = ['tar', '--directory', content, '--file'] as const;
    execFileSync(tar[0], [...tar.slice(1), archive.path, '--extract']);
    execFileSync('bash', ['-c', change], { cwd: content });
    execFileSync(tar[0], [...tar.slice(1), path.join(bucket, `${name}.tar`), '--create', '.']);
  };
  changed('other-file', 'echo "# more" >> root/opt/kafka/bin/run-tool.sh');
  changed('file-more', 'echo "#!/bin/bash" > root/opt/kafka/bin/more.sh');
  changed('file-less', 'rm root/opt/kafka/bin/run-tool.sh');
  changed('other-list', 'echo "# more" >> install.sh; sha256sum install.sh > SHA256SUMS');
  changed('no-list', 'rm SHA256SUMS');
  writeFileSync(path.join(bucket, 'cut.tar'), readFileSync(archive.path).subarray(0, 1_000_000));
  settings = {
    packageUrl: 's3://assets/host.tar',
    packageSha256: archive.sums,
    bootstrapServers: kafka.bootstrapServers,
    kafkaAuth: 'none',
    restProxyPort: port,
    restProxyTopics: 'host-test.*',
    region: 'eu-west-1',
    logGroup: 'pinterest-dev-Host-Log-1A2B',
    metricsNamespace: 'pinterest-dev/client-host',
  };
  root = await LocalRoot.make(path.join(scratch, 'fetched'));
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await root.remove();
  await kafka.stop();
  rmSync(scratch, { recursive: true });
});

describe('before anything is installed', () => {
  const nothing = (): void => {
    expect(root.shell('ls /opt /tmp; ls /var/log')).toBe('/opt:\n\n/tmp:\n');
  };

  test.each([
    ['other-file', 'has other files than its list of checksums says'],
    ['file-more', 'has files that its list of checksums lacks (root/opt/kafka/bin/more.sh)'],
    ['file-less', 'has other files than its list of checksums says'],
    ['other-list', 'has a list of checksums with the SHA-256'],
    ['no-list', 'has no list of checksums, SHA256SUMS'],
    ['cut', 'cannot be unpacked'],
  ])('a package that is not what was deployed is refused: %s', (name, message) => {
    const { code, stderr } = boot({ packageUrl: `s3://assets/${name}.tar` });
    expect(code).toBe(1);
    expect(stderr).toContain(`s3://assets/${name}.tar ${message}`);
    expect(stderr).toContain('it is not what was deployed; nothing was installed');
    nothing();
  });

  test('a package that is missing is abandoned after five attempts', () => {
    const { code, stderr } = boot({ packageUrl: 's3://assets/missing.tar' });
    expect(code).toBe(1);
    expect(stderr.match(/trying again/g)).toHaveLength(4);
    expect(stderr).toContain('s3://assets/missing.tar could not be fetched in 5 attempts');
    nothing();
  });

  test.each<[Partial<BootSettings>, string]>([
    [
      { bootstrapServers: '$(touch /tmp/x)' },
      'KAFKA_BOOTSTRAP_SERVERS is "$(touch /tmp/x)": expected host:port',
    ],
    [{ bootstrapServers: '' }, 'KAFKA_BOOTSTRAP_SERVERS is "": expected host:port'],
    [{ kafkaAuth: 'scram' as 'iam' }, 'KAFKA_AUTH is "scram": expected iam or none'],
    [{ restProxyTopics: '*' }, 'REST_PROXY_TOPICS is "*": expected topics'],
    [{ region: 'nowhere' }, 'AWS_REGION is "nowhere": expected an AWS region'],
    [{ logGroup: 'a|b' }, 'LOG_GROUP is "a|b": expected the name of a log group'],
  ])('settings that cannot be used are refused: %j', (changes, message) => {
    const { code, stderr } = boot(changes);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    nothing();
  });
});

describe('the installed host', () => {
  let first: string;

  beforeAll(() => {
    root.shell('echo 2 > /var/away'); // S3 is away at first.
    const { code, stderr } = boot();
    expect([code, stderr.match(/trying again/g)?.length]).toEqual([0, 2]);
    first = installed();
  });

  test('has all files, of root, writable by no one else and readable by the proxy’s user', () => {
    const lines = first
      .split('\n')
      .filter((line) => / \/(opt|usr|etc)/.test(line) && !/^[0-9a-f]{64}/.test(line));
    expect(lines.length).toBeGreaterThan(100);
    expect(
      lines.filter((line) => !/^(-rw-r--r--|-rwxr-xr-x|drwxr-xr-x|lrwxrwxrwx) root root /.test(line)),
    ).toEqual([]);
    expect(first).toMatch(/ \/opt\/kafka\/libs\/aws-msk-iam-auth-[\d.]+-all\.jar/);
    expect(root.shell('ls -A /tmp')).toBe(''); // Nothing of the package.
    expect(root.shell('cat /etc/rest-proxy.env')).toBe(
      `AWS_REGION=eu-west-1\nREST_PROXY_BOOTSTRAP_SERVERS=${kafka.bootstrapServers}\nREST_PROXY_KAFKA_AUTH=none\n` +
        `REST_PROXY_HOST=0.0.0.0\nREST_PROXY_PORT=${port}\nREST_PROXY_TOPICS=host-test.*\n`,
    );
  });

  test('has a user for the proxy, who cannot log in', () => {
    expect(root.shell('getent passwd rest-proxy')).toMatch(
      /^rest-proxy:x:(\d+):\d+:Kafka REST proxy:\/:\/usr\/sbin\/nologin\n$/,
    );
  });

  test('runs the very bundle that the local run runs', async () => {
    const { restProxyBundle } = await ensureParts(undefined, { only: ['rest-proxy'] });
    const digest = sha256(readFileSync(restProxyBundle));
    expect(root.shell('sha256sum < /opt/rest-proxy/main.js')).toBe(`${digest}  -\n`);
  });

  test('has its services started, the agent before the proxy', () => {
    expect(root.shell('cat /var/log/systemctl')).toBe(
      'daemon-reload\nenable --now logrotate.timer\nenable rest-proxy.service\nrestart rest-proxy.service\n',
    );
    expect(root.shell('cat /var/log/agent')).toBe(
      '-a fetch-config -m ec2 -c file:/etc/client-host-cloudwatch.json -s\n',
    );
    const agent = JSON.parse(root.shell('cat /etc/client-host-cloudwatch.json')) as {
      logs: { logs_collected: { files: { collect_list: { file_path: string; log_group_name: string }[] } } };
      metrics: { namespace: string };
    };
    const files = agent.logs.logs_collected.files.collect_list;
    expect(new Set(files.map(({ log_group_name }) => log_group_name))).toEqual(new Set([settings.logGroup]));
    expect(root.shell(`grep '^StandardOutput' ${UNIT}`)).toBe(
      `StandardOutput=append:${files[0]?.file_path ?? ''}\n`,
    );
    // systemd opens the log before it makes the folder of LogsDirectory, so it must be there.
    const folder = path.posix.dirname(files[0]?.file_path ?? '');
    expect(root.shell(`stat --format '%F %a' ${folder}`)).toBe('directory 750\n');
    expect(agent.metrics.namespace).toBe(settings.metricsNamespace);
  });

  test('has a unit that systemd takes, and that gives the proxy little to do harm with', () => {
    expect(root.run({}, 'systemd-analyze', 'verify', '--man=no', UNIT)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    // The exposure, in tenths: 100 is a service without any protection.
    const args = ['security', '--no-pager', '--offline=true', '--threshold=15', UNIT];
    expect(root.run({}, 'systemd-analyze', ...args).code).toBe(0);
  });

  test('has a log rotation that logrotate’s grammar allows', () => {
    const text = root.shell('cat /etc/logrotate.d/rest-proxy').replace(/^#.*\n/gm, '');
    expect(text).toMatch(/^\/var\/log\/rest-proxy\/\*\.log \{\n(?: {4}[a-z]+(?: \w+)?\n)+\}\n$/);
  });

  test('is the same after a second run, with nothing of another package left', () => {
    root.shell('touch /opt/kafka/libs/old.jar /opt/rest-proxy/old.js');
    expect(boot().code).toBe(0);
    expect(installed()).toBe(first);
  });

  test('kafka-topics.sh --list works at once', () => {
    const { code, stdout } = root.run({}, 'kafka-topics.sh', '--list');
    expect([code, stdout]).toEqual([0, `${TOPIC}\n`]);
  });

  test('what one tool writes, the others find', () => {
    root.shell(`echo '{"index":1}' | kafka-console-producer.sh --topic ${TOPIC}`);
    expect(root.shell(`kafka-get-offsets.sh --topic ${TOPIC}`)).toBe(`${TOPIC}:0:1\n`);
    const read = `kafka-console-consumer.sh --topic ${TOPIC} --from-beginning --max-messages 1 2>/dev/null`;
    expect(root.shell(read)).toBe('{"index":1}\n');
    expect(root.shell(`kafka-configs.sh --describe --topic ${TOPIC}`)).toContain(
      `Dynamic configs for topic ${TOPIC} are:`,
    );
  });

  test('its tools run', () => {
    const tools = root.shell('ls /usr/local/bin/kafka-*.sh').trim().split('\n');
    expect(tools.length).toBeGreaterThan(10);
    for (const tool of sample('tools of the client host', tools, 4)) {
      const { stdout, stderr } = root.run({}, tool, '--help');
      expect([tool, /--bootstrap-server/.test(stdout + stderr)]).toEqual([tool, true]);
    }
  });

  test('what the arguments say goes before the host’s own brokers and properties', () => {
    root.shell('echo "security.protocol=NONSENSE" > /tmp/other.properties');
    const { code, stderr } = root.run(
      {},
      'kafka-topics.sh',
      '--list',
      '--command-config',
      '/tmp/other.properties',
    );
    expect([code, /NONSENSE/.test(stderr)]).toEqual([1, true]);
    const wrong = root.run({}, 'kafka-topics.sh', '--list', '--bootstrap-server=127.0.0.1:notaport');
    expect([wrong.code, /notaport/.test(wrong.stdout + wrong.stderr)]).toEqual([1, true]);
  });

  test('the proxy starts by the unit’s own command line and writes to Kafka', async () => {
    const proxy = await startByUnit();
    const reply = await send(
      `http://127.0.0.1:${port}/topics/${TOPIC}`,
      '{"records":[{"value":{"index":2}}]}',
    );
    expect(resultsOf(reply)).toMatchObject([{ partition: 0, offset: 1 }]);
    expect((await send(`http://127.0.0.1:${port}/topics/other.pin`)).status).toBe(403);
    expect(await proxy.end()).toBe(0);
    expect((await kafka.read(TOPIC)).at(-1)?.value).toBe('{"index":2}');
  });
});

test('with IAM proxy and tools have the signer of AWS, and ask for TLS', async () => {
  expect(boot({ kafkaAuth: 'iam' }).code).toBe(0);
  expect(root.shell('cat /opt/kafka/config/client.properties')).toContain('sasl.mechanism=AWS_MSK_IAM\n');
  expect(root.shell('cat /etc/rest-proxy.env')).toContain('REST_PROXY_KAFKA_AUTH=iam\n');
  const proxy = await startByUnit();
  // It reaches no broker here, as that one does not speak TLS.
  expect((await send(`http://127.0.0.1:${port}/topics`)).status).toBe(503);
  expect(await proxy.end()).toBe(0);
  // The broker here speaks plain text, so it is at the handshake of TLS that the tool gives up, with the signer loaded.
  root.shell('cp /opt/kafka/config/client.properties /tmp/short.properties');
  root.shell(
    'for wait in default.api request; do echo $wait.timeout.ms=10000 >> /tmp/short.properties; done',
  );
  const list = 'kafka-topics.sh --list --command-config /tmp/short.properties';
  const { code, stdout, stderr } = root.run({}, 'bash', '-c', list);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/timed out|Timed out/i)]);
  expect(stderr).toContain('terminated during authentication');
  expect(stderr).not.toMatch(/IAM\w+|ConfigException|ClassNotFound/);
  const broken = root.run({}, 'bash', '-c', `rm /opt/kafka/libs/aws-msk-iam-auth-*; ${list}`);
  expect(broken.stderr).toMatch(/IAMClientCallbackHandler.* could not be found|ClassNotFound|IAMLoginModule/);
});

test('the package is the same, byte for byte, when it is recreated elsewhere', async () => {
  const folder = path.join(scratch, 'a-folder', 'deeper');
  mkdirSync(folder, { recursive: true });
  const before = process.cwd();
  process.chdir(scratch);
  try {
    await CLIENT_HOST.install(folder);
  } finally {
    process.chdir(before);
  }
  const digest = (archive: string): string => sha256(readFileSync(archive));
  expect(digest(packageArchive(folder).path)).toBe(digest(packageArchive(packageFolder).path));
  expect(packageArchive(folder).sums).toBe(clientHostTar().sums);
});
