import type { S3Client } from '@aws-sdk/client-s3';
import type { Kafka } from 'kafkajs';
import { keepDeadLetters } from '../../../../lambda/dead-letters/keep';

const KEY = `topics/me.dead-letters/partition=0/me.dead-letters+0+${'0'.repeat(20)}.json`;

test('letters that another run stores meanwhile are no sign of a topic that was made anew', async () => {
  const end = { partition: 0, low: '0', offset: '10', high: '10' };
  const admin = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    fetchTopicOffsets: () => Promise.resolve([{ ...end }]),
  };
  const send = ({ input }: { input: { StartAfter?: string; Prefix?: string } }): Promise<object> => {
    if (input.Prefix !== undefined)
      return Promise.resolve(input.StartAfter === undefined ? { Contents: [{ Key: KEY }] } : {});
    // Two letters come, and the other run stores them, before this one sees how far the bucket reaches.
    end.high = '12';
    return Promise.resolve({ Metadata: { 'last-offset': '11' } });
  };
  const options = { userId: 'me', location: { bucket: 'b', folder: 'topics' }, deadline: Date.now() };
  const kafka = { admin: () => admin } as unknown as Kafka;
  expect(await keepDeadLetters(kafka, { send } as unknown as S3Client, options)).toBe(0);
});
