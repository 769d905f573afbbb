import { isIP } from 'node:net';

/** The shortest prefixes allowed. */
const SHORTEST_PREFIX = { 4: 16, 6: 32 } as const;

/**
 * Checks an address range for an ingress rule.
 *
 * @param purpose what it is for, at the start of a sentence, for example `SSH to the client host`.
 * @throws Error when it is not a range, or too large.
 */
export function checkAddressRange(
  text: string,
  purpose: string,
): { readonly cidr: string; readonly version: 4 | 6 } {
  const [address = '', length = '', ...rest] = text.split('/');
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const range =
    (version === 4 || version === 6) &&
    rest.length === 0 &&
    /^\d{1,3}$/.test(length) &&
    Number(length) <= bits;
  const expected =
    'expected one address range of your own, at most a /16 (IPv6: a /32), for example "203.0.113.7/32"';
  if (!range)
    throw new Error(`${purpose} cannot be opened to "${text}", which is not an address range: ${expected}.`);
  if (Number(length) < SHORTEST_PREFIX[version])
    throw new Error(`${purpose} cannot be opened to "${text}", which is too large: ${expected}.`);
  return { cidr: text, version };
}
