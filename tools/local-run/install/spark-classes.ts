/** The archive of the classes that a batch on Spark loads: its JVM starts in less processor time (JEP 350). */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { FEED_NAMES, topicName } from '../../../services/contract';
import { awsEnvironment } from '../../pipeline/deployment';
import { runCommand } from '../../processes/run-command';
import { PARTS_ROOT, PROJECT_ROOT } from '../paths';
import { javaProgram } from '../parts/java';
import { startMiniStack } from '../parts/ministack';
import { hashOf, type Part } from './part';
import { SPARK, SPARK_EXTENSION } from './spark-parts';

/** User id and bucket of the batches by which the classes are found. */
const NAME = 'classes';
const POSTS = 500;

/** The file of {@link SPARK_CLASSES}. A JVM that it does not fit ignores it. */
export const SPARK_ARCHIVE = 'spark.jsa';

/** Made by a batch that merges and answers. Needs the parts `python`, `spark` and `spark-extension`. */
export const SPARK_CLASSES: Part = {
  name: 'spark-classes',
  title: "an archive of Spark's classes",
  stamp: () => hashOf([__filename], [SPARK.stamp(), javaProgram()]),
  provides: [],
  async install(folder, signal) {
    const stateDir = path.join(folder, 'state');
    const server = await startMiniStack({ stateDir, signal });
    const credentials = { accessKeyId: NAME, secretAccessKey: NAME };
    const aws = { region: 'us-east-1', endpoint: server.url, credentials };
    const s3 = new S3Client({ ...aws, forcePathStyle: true });
    const inPart = (name: string, ...names: string[]): string => path.join(PARTS_ROOT, name, ...names);
    const batch = async (env: Record<string, string>, ...args: string[]): Promise<void> => {
      const command = [...args, 'batch', '--bucket', NAME, '--user-id', NAME];
      const spark = args.includes(MAIN) ? ['--master', 'local[2]', '--jars', ...jars] : [];
      await runCommand(inPart(SPARK.name, 'bin', 'python'), [...command, ...spark], {
        env: { ...awsEnvironment(aws), ...env },
        timeoutMs: 15 * 60_000,
        signal,
      });
    };
    const jars = [inPart(SPARK.name, 'jars'), inPart(SPARK_EXTENSION.name, 'spark-extension.jar')];
    try {
      await s3.send(new CreateBucketCommand({ Bucket: NAME }));
      await putPosts(s3, 1);
      await batch({}, '-m', 'table_engine');
      // The same posts, changed.
      await putPosts(s3, 2);
      const archive = `"-XX:ArchiveClassesAtExit=${path.join(folder, SPARK_ARCHIVE)}"`;
      await batch({ JDK_JAVA_OPTIONS: `${archive} -Xlog:disable` }, MAIN);
    } finally {
      s3.destroy();
      await server.stop();
    }
    rmSync(stateDir, { recursive: true });
  },
};

const MAIN = path.join(PROJECT_ROOT, 'engines', 'spark-batch', 'main.py');

/** Puts a raw file of each feed, with the same posts for every seed but other values, into the bucket. */
async function putPosts(s3: S3Client, seed: number): Promise<void> {
  // Only here: every command knows the parts, and the generator's words take longer to load than all of them.
  const { generatePosts } = await import('../../../services/source/generator.js');
  const posts = [...generatePosts({ seed, from: 0, to: POSTS })];
  for (const feed of FEED_NAMES) {
    const topic = topicName(NAME, feed);
    const Key = `topics/${topic}/partition=0/${topic}+0+${String(seed * POSTS).padStart(20, '0')}.json`;
    const Body = posts.map((post) => `${JSON.stringify(post[feed])}\n`).join('');
    await s3.send(new PutObjectCommand({ Bucket: NAME, Key, Body }));
  }
}
