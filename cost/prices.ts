/** The table of prices, as of a date: `prices.json`. `docs/cost.md` says where they come from and how to renew them. */
import table from './prices.json';

/** The names of what has a price. */
export type Priced = keyof typeof table.prices;

/** The region of the prices, and the day they were taken. */
export const PRICES: { readonly region: string; readonly asOf: string } = table;

/** An amount of something that is paid for whether it is used or not. */
export interface Charge {
  /** What it is, as the table calls it. */
  readonly what: string;
  readonly quantity: number;
  /** In US dollars. */
  readonly monthly: number;
}

/** Whether the table has a price of this name. */
export function hasPrice(what: string): what is Priced {
  return Object.hasOwn(table.prices, what);
}

/**
 * What a quantity costs a month; of what is paid by the hour, for all hours of a month.
 *
 * @throws Error when the table has no such price.
 */
export function charge(what: string, quantity: number): Charge {
  if (!hasPrice(what)) {
    throw new Error(
      `There is no price for "${what}" in cost/prices.json: add it with its source, or choose another size.`,
    );
  }
  if (!(quantity >= 0 && Number.isFinite(quantity))) {
    throw new Error(`The quantity of "${what}" is ${quantity}: expected a number that the template states.`);
  }
  const { price, per } = table.prices[what];
  const months = per === 'hour' ? table.hoursPerMonth : 1;
  return { what, quantity, monthly: price * months * quantity };
}

/**
 * What of these charges Amazon leaves out for good, once for each account: `allowances` of the table.
 *
 * @returns charges below 0, without those that are nothing.
 */
export function allowances(charges: readonly Charge[]): Charge[] {
  return Object.entries(table.allowances).flatMap(([what, { quantity: free }]) => {
    const used = charges.filter((one) => one.what === what).reduce((sum, one) => sum + one.quantity, 0);
    if (used === 0) return [];
    const { quantity, monthly } = charge(what, Math.min(used, free));
    return [{ what, quantity, monthly: -monthly }];
  });
}
