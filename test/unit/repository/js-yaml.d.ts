/** The one function of `js-yaml` that the tests use. */
declare module 'js-yaml' {
  /** Reads one YAML document. @throws YAMLException naming the line that is wrong. */
  export function safeLoad(text: string): unknown;
}
