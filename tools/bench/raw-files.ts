/** Raw files of generated posts, as the S3 sink writes them. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { FEED_NAMES, topicName } from '../../services/contract';
import { generatePosts } from '../../services/source/generator';

const PARTITIONS = 3;

/** So many posts are generated; larger data sets repeat them under other row numbers, which takes far less time. */
const GENERATED = 1_000_000;

/** What was written. */
export interface RawFiles {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes the raw files of posts 0 to `posts`, each of `lines` lines at most, dealt over three partitions.
 *
 * @throws Error when `posts` is above a million and no multiple of it.
 */
export async function writeRawFiles(
  s3: S3Client,
  bucket: string,
  userId: string,
  posts: number,
  lines: number,
): Promise<RawFiles> {
  const copies = posts <= GENERATED ? 1 : posts / GENERATED;
  if (!Number.isInteger(copies)) {
    throw new Error(`${posts} posts: expected at most ${GENERATED}, or a multiple of it.`);
  }
  const open = new Map<string, { text: string[]; start: number }>();
  let files = 0;
  let bytes = 0;
  const write = async (name: string, file: { text: string[]; start: number }): Promise<void> => {
    const [topic = '', partition = ''] = name.split('/');
    for (let copy = 0; copy < copies; copy++) {
      const text = copy === 0 ? file.text : file.text.map((line) => moved(line, copy * GENERATED));
      const body = Buffer.from(`${text.join('\n')}\n`);
      const offset = copy * Math.ceil(GENERATED / PARTITIONS) + file.start;
      const start = String(offset).padStart(20, '0');
      const key = `topics/${topic}/partition=${partition}/${topic}+${partition}+${start}.json`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      files++;
      bytes += body.length;
    }
    file.start += file.text.length;
    file.text = [];
  };
  let n = 0;
  for (const post of generatePosts({ seed: 100, from: 0, to: posts / copies })) {
    const partition = n++ % PARTITIONS;
    for (const feed of FEED_NAMES) {
      const name = `${topicName(userId, feed)}/${partition}`;
      const file = open.get(name) ?? { text: [], start: 0 };
      open.set(name, file);
      if (file.text.push(JSON.stringify(post[feed])) === lines) await write(name, file);
    }
  }
  for (const [name, file] of open) if (file.text.length > 0) await write(name, file);
  return { files, bytes };
}

/** The line of a row with a row number that is larger by `by`; the row number is the first value of each row. */
function moved(line: string, by: number): string {
  const from = line.indexOf(':') + 1;
  const to = line.indexOf(',', from);
  return `${line.slice(0, from)}${Number(line.slice(from, to)) + by}${line.slice(to)}`;
}
