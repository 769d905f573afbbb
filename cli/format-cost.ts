/** An estimate of costs for a person. */
import type { Estimate } from '../cost/estimate';
import { PRICES, type Charge } from '../cost/prices';
import { textTable } from './text-table';

const dollars = (amount: number): string => amount.toFixed(2);

function chargeText({ what, quantity }: Charge): string {
  return quantity === 1 ? what : `${quantity} × ${what}`;
}

/** The lines, the total, and what comes on top by use. */
export function formatCost({ lines, byUse, allowances, monthly }: Estimate): string {
  const rows = lines.map(({ monthly: cost, type, logicalId, stack, charges }) => [
    dollars(cost).padStart('USD a month'.length),
    type,
    charges.map(chargeText).join(', '),
    `${stack}/${logicalId}`,
  ]);
  const free = allowances.map((one) => `${dollars(one.monthly)} for ${chargeText(one)}`);
  return [
    textTable(['USD a month', 'resource', 'for', 'where'], rows),
    ...(free.length > 0
      ? [`\nAlways free, but once an account, so not for a second pipeline in it: ${free.join(', ')}.`]
      : []),
    `\n${dollars(monthly)} USD a month while idle, in ${PRICES.region} by the prices of ${PRICES.asOf} (docs/cost.md).\n`,
    'On top, by use:\n',
    textTable(
      ['number', 'resource', 'price'],
      byUse.map(({ count, type, price }) => [count, type, price]),
    ),
  ].join('\n');
}
