/** What the resources of templates cost a month while nothing happens. */
import { CHARGED } from './charged';
import { allowances, type Charge } from './prices';
import type { Template } from './resource';
import { BY_USE, isFree } from './uncharged';

/** A resource that costs something. */
export interface CostLine {
  /** The name of its stack. */
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly charges: readonly Charge[];
  /** In US dollars. */
  readonly monthly: number;
}

/** Types that are paid for by use, with their number and price. */
export interface UseLine {
  readonly type: string;
  readonly count: number;
  readonly price: string;
}

/** A resource that is not counted, because it has no price. */
export interface Unpriced {
  /** Its type, or where it is and its type. */
  readonly resource: string;
  readonly why: string;
}

/** An estimate. */
export interface Estimate {
  /** The dearest first. */
  readonly lines: readonly CostLine[];
  readonly byUse: readonly UseLine[];
  /** What is missing in the sum. */
  readonly unpriced: readonly Unpriced[];
  /** What of the lines is free, once for each account; below 0. */
  readonly allowances: readonly Charge[];
  /** The sum of the lines and of what is free, in US dollars a month. */
  readonly monthly: number;
}

/**
 * Estimates. What has no price and is not known to cost nothing, and what the template does not say the size of, is named
 * instead of counted.
 *
 * @param templates by the names of their stacks.
 */
export function estimate(templates: Readonly<Record<string, Template>>): Estimate {
  const all = Object.values(templates);
  const lines: CostLine[] = [];
  const uses = new Map<string, number>();
  const unpriced = new Map<string, string>();
  for (const [stack, template] of Object.entries(templates)) {
    for (const [logicalId, { Type: type, Properties }] of Object.entries(template.Resources ?? {})) {
      if (Object.hasOwn(BY_USE, type)) {
        uses.set(type, (uses.get(type) ?? 0) + 1);
        continue;
      }
      const pricing = CHARGED[type];
      if (pricing === undefined) {
        if (!isFree(type))
          unpriced.set(type, 'it is neither in tools/cost/charged.ts nor in tools/cost/uncharged.ts');
        continue;
      }
      try {
        const charges = pricing(Properties, { template, all });
        const monthly = charges.reduce((sum, one) => sum + one.monthly, 0);
        if (monthly > 0) lines.push({ stack, logicalId, type, charges, monthly });
      } catch (error) {
        unpriced.set(
          `${stack}/${logicalId} (${type})`,
          error instanceof Error ? error.message : String(error),
        );
      }
    }
  }
  lines.sort((one, other) => other.monthly - one.monthly || (one.logicalId < other.logicalId ? -1 : 1));
  const byUse = [...uses].sort().map(([type, count]) => ({ type, count, price: BY_USE[type] ?? '' }));
  const free = allowances(lines.flatMap(({ charges }) => charges));
  const monthly = [...lines, ...free].reduce((sum, line) => sum + line.monthly, 0);
  const missing = [...unpriced].map(([resource, why]) => ({ resource, why }));
  return { lines, byUse, unpriced: missing, allowances: free, monthly };
}
