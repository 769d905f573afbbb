/**
 * A template as a text that people compare: YAML with sorted keys, one value a line, long texts over several lines.
 *
 * - References are inlined in their texts, as in `Fn::Sub`: `${Id}`, `${Id.Arn}`, `${import name}`; a literal `${` is `${!`.
 * - A text that is a JSON document is written as that document, under `as JSON`.
 * - Hashes of files and of whole APIs, which change with what they are made of, are `<hash>`.
 */
import { safeDump } from 'js-yaml';

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** SHA-256 of assets, MD5 at the end of an API's deployment. */
const HASH = /[0-9a-f]{32,}/g;

/** The one key of a function of CloudFormation, and its argument. */
function call(node: unknown): readonly [name: string, argument: unknown] | undefined {
  const entries = isNode(node) ? Object.entries(node) : [];
  const [entry] = entries;
  return entries.length === 1 && entry && /^(Ref|Fn::\w+)$/.test(entry[0]) ? entry : undefined;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** A text, or what becomes one by references; undefined for everything else. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.replaceAll('${', '${!');
  const [name, argument] = call(value) ?? [];
  if (name === 'Ref' && typeof argument === 'string') return `\${${argument}}`;
  if (name === 'Fn::GetAtt' && isTexts(argument)) return `\${${argument.join('.')}}`;
  if (name === 'Fn::ImportValue' && typeof argument === 'string') return `\${import ${argument}}`;
  if (name === 'Fn::Sub' && typeof argument === 'string') return argument;
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument as [unknown, unknown];
    if (typeof separator !== 'string' || !Array.isArray(parts)) return undefined;
    const texts = parts.map(textOf);
    return isTexts(texts) ? texts.join(separator) : undefined;
  }
  return undefined;
}

/** The document in a text; undefined where it is none. */
function documentIn(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readable(value: unknown): unknown {
  const text = textOf(value);
  if (text !== undefined) {
    const document = documentIn(text);
    // Values in the document are text already: it has its references.
    return document === undefined ? text : { 'as JSON': document };
  }
  if (Array.isArray(value)) return value.map(readable);
  if (!isNode(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, readable(one)]));
}

/** The text of a template. @throws Error when two ids differ only by a hash. */
export function readableTemplate(template: object): string {
  const masked = JSON.stringify(template).replace(HASH, '<hash>');
  const twice = (before: number, after: number): void => {
    if (before !== after)
      throw new Error(`Of ${before} resources ${after} have an id of their own without its hash.`);
  };
  const read = JSON.parse(masked) as { readonly Resources?: Node };
  twice(
    Object.keys((template as { Resources?: Node }).Resources ?? {}).length,
    Object.keys(read.Resources ?? {}).length,
  );
  return safeDump(readable(read), { sortKeys: true, lineWidth: 120, noRefs: true });
}
