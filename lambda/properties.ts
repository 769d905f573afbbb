/**
 * Reads the properties of custom resources. CloudFormation turns numbers and booleans into texts on the way.
 */

type Properties = Readonly<Record<string, unknown>>;

/**
 * A text that must be there.
 *
 * @throws Error naming the property and what was given.
 */
export function readText(properties: Properties, name: string, where = ''): string {
  const value = properties[name];
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(where + name, value, 'a text');
}

/**
 * A whole number of at least 1.
 *
 * @throws Error naming the property and what was given.
 */
export function readCount(properties: Properties, name: string, where = ''): number {
  const value = properties[name];
  const number = typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 1_000_000)
    return number;
  throw wrong(where + name, value, 'a whole number of at least 1');
}

/**
 * A map of texts. Numbers and booleans in it become texts.
 *
 * @throws Error naming the property and what was given.
 */
export function readTexts(properties: Properties, name: string, where = ''): Record<string, string> {
  const value = properties[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(where + name, value, 'a map');
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]: [string, unknown]) => {
      if (typeof entry !== 'string' && typeof entry !== 'number' && typeof entry !== 'boolean')
        throw wrong(`${where}${name}.${key}`, entry, 'a text');
      return [key, String(entry)];
    }),
  );
}

/** The error for a property of the wrong form. */
export function wrong(name: string, value: unknown, expected: string): Error {
  const shown = value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 100)}`;
  return new Error(`The property ${name} ${shown}: expected ${expected}.`);
}
