/** The table of prices, each as of a day: `prices.json`. `docs/cost.md` says where they come from and how to renew them. */
import table from './prices.json';

/** The names of what has a price. */
export type Priced = keyof typeof table.prices;

/** A row of the table. */
interface Price {
  /** In US dollars. */
  readonly price: number;
  readonly per: string;
  /** That a part of an hour is paid as a whole one; else time is paid by the second. */
  readonly billed?: string;
  /** The day of the page that said so. */
  readonly asOf: string;
  /** Amazon's page. */
  readonly source: string;
  /** The page that was read instead, which quotes Amazon's. */
  readonly quotedBy?: string;
}

const PRICE_OF: Readonly<Record<Priced, Price>> = table.prices;

/** The region of the prices, and the hours of a month. */
export const PRICES: { readonly region: string; readonly hoursPerMonth: number } = table;

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
      `There is no price for "${what}" in tools/cost/prices.json: add it with its source, or choose another size.`,
    );
  }
  if (!(quantity >= 0 && Number.isFinite(quantity))) {
    throw new Error(`The quantity of "${what}" is ${quantity}: expected a number that the template states.`);
  }
  const { price, per } = PRICE_OF[what];
  const months = per === 'hour' ? table.hoursPerMonth : 1;
  return { what, quantity, monthly: price * months * quantity };
}

/** The hours that are paid of something that is there for some hours, from any minute of one to any of another. */
export function paidHours(what: string, hours: number): number {
  return hasPrice(what) && PRICE_OF[what].billed === 'started hour' ? Math.ceil(hours) + 1 : hours;
}

/** The days that the prices of these charges are from, the oldest first, and what is priced as of each. */
export function daysOf(charges: readonly Charge[]): [day: string, what: string[]][] {
  const days = new Map<string, string[]>();
  for (const what of [...new Set(charges.map((one) => one.what))].filter(hasPrice)) {
    const { asOf } = PRICE_OF[what];
    days.set(asOf, [...(days.get(asOf) ?? []), what]);
  }
  return [...days].sort();
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
