/**
 * How the Java parts are run.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { jdkProgram } from '../install/tools';
import { PARTS_ROOT } from '../paths';

/** How a Kafka program is run. */
export interface KafkaJavaOptions {
  /** A folder to which it writes an archive of its classes when it ends. Default: it uses the installed one. */
  readonly archiveTo?: string;
  /** Java's whole compiler: dearer to start, cheaper a record. Default: the quick one. */
  readonly fullCompiler?: boolean;
}

/** The `java` to run. */
export function javaProgram(): string {
  return jdkProgram('java');
}

/**
 * Arguments of a Kafka program.
 *
 * @param libs the folder with the jars.
 * @param heapMegabytes the largest heap.
 * @param temporary the folder for temporary files, among them the native libraries that Java unpacks.
 */
export function kafkaJava(
  libs: string,
  heapMegabytes: number,
  temporary: string,
  main: string,
  args: readonly string[],
  { archiveTo, fullCompiler }: KafkaJavaOptions = {},
): string[] {
  const installed = path.join(PARTS_ROOT, 'kafka-classes', `${main}.jsa`);
  return [
    ...(archiveTo === undefined ? [] : [`-XX:ArchiveClassesAtExit=${path.join(archiveTo, `${main}.jsa`)}`]),
    ...(archiveTo === undefined && existsSync(installed) ? [`-XX:SharedArchiveFile=${installed}`] : []),
    `-Xmx${heapMegabytes}m`,
    '-Xms64m', // Java's own default is a share of the machine's memory, which it then fills before it collects.
    ...(fullCompiler === true ? [] : ['-XX:TieredStopAtLevel=1']),
    '-XX:+UseSerialGC', // The smallest, and fast enough for heaps of this size.
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:-UsePerfData',
    '-Djava.awt.headless=true',
    `-Djava.io.tmpdir=${temporary}`,
    `-Dlog4j2.configurationFile=${fileUrl(path.join(__dirname, '..', 'install', 'kafka', 'log4j2.xml'))}`,
    '-cp',
    path.join(libs, '*'),
    main,
    ...args,
  ];
}

/**
 * A file's URL with nothing in it but what every reader of URLs and of Java's command line takes for a part of the path.
 */
export function fileUrl(file: string): string {
  return pathToFileURL(file).href.replace(/[^\w/:.%-]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

/** A character as Java's properties files have it, which are Latin-1 (`java.util.Properties.load`). */
function escapedCharacter(sign: string): string {
  return sign === '\\' ? '\\\\' : `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A Java properties file. Values may hold any text; keys are the names of settings. */
export function propertiesText(properties: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${String(value).replace(/^ |\\|[^ -~]/g, escapedCharacter)}\n`)
    .join('');
}
