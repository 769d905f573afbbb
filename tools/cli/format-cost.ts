/** An estimate of costs for a person. */
import { TRY_HOURS, type Overview, type StageCost } from '../cost/overview';
import { daysOf, PRICES, type Charge } from '../cost/prices';
import { textTable } from '../text-table';

const dollars = (amount: number): string => amount.toFixed(2);

function chargeText({ what, quantity }: Charge): string {
  return quantity === 1 ? what : `${quantity} × ${what}`;
}

/** What an hour, a day, a month, a month parked and a try cost. */
function overviewText({ hour, day, month, parkedMonth, tryOut }: Overview): string {
  const rows: (readonly [number, string])[] = [
    [hour, 'an hour'],
    [day, 'a day'],
    [month, `a month of ${PRICES.hoursPerMonth} hours`],
    ...(parkedMonth === undefined
      ? []
      : ([
          [parkedMonth, 'a month parked, at most: park a stage that is not in use (docs/deploy.md)'],
        ] as const)),
    [tryOut, `${TRY_HOURS} hours: deploy, try, destroy; then what stays, as parked, until it is deleted`],
  ];
  return textTable(
    ['USD while idle', `for, in ${PRICES.region}`],
    rows.map(([amount, span]) => [dollars(amount).padStart('USD while idle'.length), span]),
  );
}

/** Which prices are from which day: the younger ones by name. */
function daysText(charges: readonly Charge[]): string {
  const [[oldest, which] = ['', []], ...younger] = daysOf(charges);
  const all = [
    younger.length === 0 ? `of ${oldest}` : `of ${oldest}, not checked since (${which.length} of them)`,
    ...younger.map(([day, what]) => `of ${day} (${what.join(', ')})`),
  ];
  return `By prices ${all.join(', and ')}: docs/cost.md.`;
}

/** What is not counted, the overview, the lines, and what comes on top by use. */
export function formatCost({ lines, byUse, unpriced, allowances, overview }: StageCost): string {
  const rows = lines.map(({ monthly: cost, type, logicalId, stack, charges }) => [
    dollars(cost).padStart('USD a month'.length),
    type,
    charges.map(chargeText).join(', '),
    `${stack}/${logicalId}`,
  ]);
  const free = allowances.map((one) => `${dollars(one.monthly)} for ${chargeText(one)}`);
  return [
    ...(unpriced.length > 0
      ? [`NOT COUNTED: ${unpriced.map(({ resource, why }) => `${resource}: ${why}`).join('; ')}\n`]
      : []),
    overviewText(overview),
    '',
    `${daysText(lines.flatMap(({ charges }) => charges))}\n`,
    textTable(['USD a month', 'resource', 'for', 'where'], rows),
    ...(free.length > 0
      ? [`\nAlways free, but once an account, so not for a second pipeline in it: ${free.join(', ')}.`]
      : []),
    '\nOn top, by use:\n',
    textTable(
      ['number', 'resource', 'price'],
      byUse.map(({ count, type, price }) => [count, type, price]),
    ),
  ].join('\n');
}
