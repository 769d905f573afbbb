/** The versions that Spark's parts name in several places. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { installedParts } from '../../../../../tools/local-run/install';
import { SPARK } from '../../../../../tools/local-run/install/spark-parts';
import { PROJECT_ROOT } from '../../../../../tools/local-run/paths';

const read = (...names: string[]): string => readFileSync(path.join(PROJECT_ROOT, ...names), 'utf8');

function property(pom: string, name: string): string {
  const version = new RegExp(`<${name}>([^<]+)</${name}>`).exec(pom)?.[1];
  if (version === undefined) throw new Error(`The pom has no property ${name}.`);
  return version;
}

const jars = read('tools', 'local-run', 'install', 'spark', 'pom.xml');
const extension = read('engines', 'spark-extension', 'pom.xml');

test('the extension is compiled against what it runs on', () => {
  for (const name of ['delta.version', 'hadoop.version']) {
    expect(property(extension, name)).toBe(property(jars, name));
  }
});

test('the title and the files that count as the part are those of the pom', () => {
  const delta = property(jars, 'delta.version');
  expect(SPARK.title).toContain(`Delta Lake ${delta}`);
  expect(SPARK.provides).toContain(`jars/delta-spark_4.1_2.13-${delta}.jar`);
  expect(SPARK.provides).toContain(`jars/hadoop-aws-${property(jars, 'hadoop.version')}.jar`);
});

test('its files are where the parts are said to be', () => {
  const { spark } = installedParts();
  expect(SPARK.provides.map((file) => path.join(path.dirname(spark.jars), file))).toContain(spark.python);
  expect(path.basename(spark.extensionJar)).toBe('spark-extension.jar');
});
