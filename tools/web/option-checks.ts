/** Checks of the options that a page sends: what is not as the type says never reaches the pipeline. */

/** What is expected of a value, in words. */
export interface Check {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

/** The options are not as the method expects them. */
export class BadOptions extends Error {}

/** One of these texts. */
export const oneOf = (values: readonly string[]): Check => ({
  expected: `one of ${values.join(', ')}`,
  holds: (value) => typeof value === 'string' && values.includes(value),
});

/** A number from `least` to `most`. */
export const number = (least: number, most: number): Check => ({
  expected: `a number from ${least} to ${most}`,
  holds: (value) => typeof value === 'number' && value >= least && value <= most,
});

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number): Check => ({
  expected: `a whole number from ${least} to ${most}`,
  holds: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
});

/** A text of 1 to `most` characters. */
export const text = (most: number): Check => ({
  expected: `a text of 1 to ${most} characters`,
  holds: (value) => typeof value === 'string' && value.length > 0 && value.length <= most,
});

/** Yes or no. */
export const flag: Check = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };

/** Of an option that must be given. */
export interface Required extends Check {
  readonly isRequired: true;
}

/** An option that must be given. */
export const required = (check: Check): Required => ({ ...check, isRequired: true });

/**
 * Checks options.
 *
 * @param checks every option by name.
 * @param unsupported those that this side does not take, with the reason.
 * @returns the options.
 * @throws BadOptions with a sentence.
 */
export function checkOptions(
  options: unknown,
  checks: Readonly<Record<string, Check | Required>>,
  unsupported: Readonly<Record<string, string>> = {},
): object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new BadOptions('The options are not a JSON object, for example {}.');
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks).join(', ') || 'none';
      throw new BadOptions(`There is no option ${shown(name)}; expected: ${known}.`);
    }
    if (Object.hasOwn(unsupported, name)) {
      throw new BadOptions(`The option ${name} cannot be used here: ${unsupported[name] ?? ''}.`);
    }
    if (!check.holds(value))
      throw new BadOptions(`The option ${name} is ${shown(value)}: expected ${check.expected}.`);
  }
  for (const [name, check] of Object.entries(checks)) {
    if ('isRequired' in check && !Object.hasOwn(options, name)) {
      throw new BadOptions(`The option ${name} is missing: expected ${check.expected}.`);
    }
  }
  return options;
}

function shown(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}
