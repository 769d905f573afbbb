/**
 * Archives of the classes that Kafka's programs load, with which they start in half the processor time (JEP 350). A Java
 * that cannot make them, or is another one later, does without.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { javaProgram } from '../parts/java';
import { startKafka } from '../parts/kafka';
import { startKafkaConnect } from '../parts/kafka-connect';
import { KAFKA } from './java-parts';
import { hashOf, type Part } from './part';

/** The archives, made by starting and stopping broker and worker once. */
export const KAFKA_CLASSES: Part = {
  name: 'kafka-classes',
  title: "archives of Kafka's classes",
  stamp: () => hashOf([__filename], [KAFKA.stamp(), javaProgram()]),
  provides: [],
  async install(folder, signal) {
    const options = { stateDir: path.join(folder, 'state'), archiveTo: folder, signal };
    const kafka = await startKafka(options);
    try {
      const { bootstrapServers } = kafka;
      const connect = await startKafkaConnect({ ...options, bootstrapServers });
      await connect.stop();
    } finally {
      await kafka.stop();
    }
    rmSync(options.stateDir, { recursive: true });
  },
};
