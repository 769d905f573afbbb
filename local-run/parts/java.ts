/**
 * How the Java parts are run.
 */
import path from 'node:path';
import { jdkProgram } from '../install/tools';

/** The `java` to run. */
export function javaProgram(): string {
  return jdkProgram('java');
}

/**
 * Arguments of a Kafka program.
 *
 * @param libs the folder with the jars.
 * @param heapMegabytes the largest heap.
 */
export function kafkaJava(
  libs: string,
  heapMegabytes: number,
  main: string,
  args: readonly string[],
): string[] {
  return [
    `-Xmx${heapMegabytes}m`,
    '-Xms64m', // Java's own default is a share of the machine's memory, which it then fills before it collects.
    '-XX:+UseSerialGC', // The smallest, and fast enough for heaps of this size.
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:-UsePerfData',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${path.join(__dirname, '..', 'kafka', 'log4j2.xml')}`,
    '-cp',
    path.join(libs, '*'),
    main,
    ...args,
  ];
}

/** A Java properties file. */
export function propertiesText(properties: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${String(value).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}
