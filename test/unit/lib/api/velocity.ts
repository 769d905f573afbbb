/** Renders a mapping template by another Velocity engine than the local AWS, with API Gateway's variables. */
import { render } from 'velocityjs';

/** What a template is rendered with. */
export interface TemplateInput {
  /** The body's text. */
  readonly body?: string;
  /** Path, query and header parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** The request's verb. Default: `GET`. */
  readonly httpMethod?: string;
}

/** A rendered template. */
export interface Rendered {
  readonly text: string;
  /** The text, which every template here makes JSON. */
  readonly json: unknown;
  /** The status that the template has set. */
  readonly status: unknown;
}

/** The value at a path of `.name`, `['name']` and `[0]`. */
function lookUp(document: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\.([\w-]+)|\['([^']*)'\]|\[(\d+)\]/g)];
  return steps.reduce<unknown>(
    (value, [, dotted, quoted, index]) =>
      (value as Record<string, unknown> | undefined)?.[dotted ?? quoted ?? index ?? ''],
    document,
  );
}

/** Java's methods of a text that the templates call, where JavaScript's are others. */
const JAVA_METHODS: Readonly<Record<string, (text: string, ...args: readonly string[]) => unknown>> = {
  matches: (text, pattern = '') => new RegExp(`^(?:${pattern})$`, 'u').test(text),
  contains: (text, part = '') => text.includes(part),
  replaceAll: (text, pattern = '', replacement = '') => text.replace(new RegExp(pattern, 'g'), replacement),
};

/** Renders a template. @throws SyntaxError when what comes out is no JSON. */
export function renderTemplate(
  template: string,
  { body = '', params = {}, httpMethod = 'GET' }: TemplateInput,
): Rendered {
  const document: unknown = body === '' ? undefined : JSON.parse(body);
  const context = { httpMethod, responseOverride: {} as { status?: unknown } };
  const variables = {
    input: {
      body,
      json: (path: string) => JSON.stringify(lookUp(document, path) ?? ''),
      path: (path: string) => lookUp(document, path) ?? '',
      params: (name: string) => params[name] ?? '',
    },
    util: {
      base64Encode: (text: string) => Buffer.from(text, 'utf8').toString('base64'),
      escapeJavaScript: (text: string) =>
        JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll('/', '\\/'),
    },
    context,
  };
  const text = render(template, variables, undefined, {
    customMethodHandlers: Object.entries(JAVA_METHODS).map(([property, method]) => ({
      uid: property,
      match: (payload) => payload.property === property && typeof payload.context === 'string',
      resolve: ({ context: self, params }: { context: string; params: string[] }) => method(self, ...params),
    })),
  });
  return { text, json: JSON.parse(text), status: context.responseOverride.status };
}
