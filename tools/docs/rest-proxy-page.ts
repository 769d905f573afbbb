/** `docs/reference/rest-proxy.md`: the REST proxy's routes and responses, from its OpenAPI description, and its options. */
import openApi from '../../services/rest-proxy/openapi.json';
import { proxyCommand } from '../../services/rest-proxy/options';
import { help } from './command-line-page';
import { code, page, table } from './markdown';

interface Operation {
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}

/** Every operation: its path, its method, and what is said about it. */
const OPERATIONS = Object.entries(openApi.paths).flatMap(([path, item]) =>
  Object.entries(item as Readonly<Record<string, Operation>>)
    .filter(([method]) => method !== 'parameters')
    .map(([method, operation]) => ({ path, method, operation })),
);

/** A row for each operation: method and path, what it does, the statuses it gives. */
function operations(): string[][] {
  return OPERATIONS.map(({ path, method, operation }) => [
    code(`${method.toUpperCase()} ${path}`),
    operation.summary,
    Object.keys(operation.responses).join(', '),
  ]);
}

/** A row for each error response: its status, and its codes with their reasons. */
function errors(): string[][] {
  const { responses } = openApi.components;
  const descriptions = new Map<string, string>();
  for (const { operation } of OPERATIONS)
    for (const [status, { $ref }] of Object.entries(operation.responses)) {
      const name = $ref?.slice($ref.lastIndexOf('/') + 1) as keyof typeof responses | undefined;
      if (name !== undefined) descriptions.set(status, responses[name].description);
    }
  return [...descriptions].sort(([one], [other]) => Number(one) - Number(other));
}

/** The page. */
export function restProxyPage(): string {
  return page(
    'The REST proxy',
    'the OpenAPI description in `services/rest-proxy/openapi.json`, which the proxy serves at `/openapi.json`, and its options',
    'What it is for, its formats and limits, and what is left out: [rest-proxy.md](../rest-proxy.md).',
    '## Routes',
    '`HEAD` is allowed where `GET` is; another method gives 405.',
    table(['request', 'what it does', 'statuses'], operations()),
    '## Errors',
    'The body is `{"error_code":…,"message":…}`. What cannot be parsed as HTTP gives 400, 408 (too slow) or 431 (too many headers) and closes the connection.',
    table(['status', '`error_code`'], errors()),
    '## Options',
    'Each can be set in the environment; a flag goes before it.',
    help(proxyCommand()),
  );
}
