/** The functions of `js-yaml` that the tests use. */
declare module 'js-yaml' {
  /** Reads one YAML document. @throws YAMLException naming the line that is wrong. */
  export function safeLoad(text: string): unknown;
  /** Writes a value as a YAML document. */
  export function safeDump(
    value: unknown,
    options: { readonly sortKeys: boolean; readonly lineWidth: number; readonly noRefs: boolean },
  ): string;
}
