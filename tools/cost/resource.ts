/** A resource of a template, as the prices look at it. */

/** A resource as it is in a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A template. */
export interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

/** What the price of one resource may depend on. */
export interface Surroundings {
  /** The resource's own template. */
  readonly template: Template;
  /** All templates of the deployment. */
  readonly all: readonly Template[];
}

/** A property by its path, for example `get(resource, 'BrokerNodeGroupInfo', 'InstanceType')`; undefined if not there. */
export function get(from: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    from,
  );
}

/** A property that is a number, or its text. @throws Error when the template does not state it. */
export function numberAt(from: unknown, ...path: readonly (string | number)[]): number {
  const value = get(from, ...path);
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
  if (Number.isNaN(number)) {
    throw new Error(
      `${path.join('.')} is ${JSON.stringify(value)}: expected a number, to price the resource.`,
    );
  }
  return number;
}

/** A property that is a text. @throws Error when the template does not state it. */
export function textAt(from: unknown, ...path: readonly (string | number)[]): string {
  const value = get(from, ...path);
  if (typeof value !== 'string') {
    throw new Error(`${path.join('.')} is ${JSON.stringify(value)}: expected a text, to price the resource.`);
  }
  return value;
}

/** A property that is a list; an empty one when it is not there. */
export function listAt(from: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const value = get(from, ...path);
  return Array.isArray(value) ? value : [];
}
