/** What a stage costs for an hour, a day, a month, a month parked, and a try of a few hours. */
import { SettingError } from '../../lib/stages';
import { estimate, type Estimate } from './estimate';
import { charge, paidHours, PRICES } from './prices';
import { numberAt, type Template } from './resource';

/** How long someone has the stage who deploys, tries and destroys it. */
export const TRY_HOURS = 3;

/** Costs while idle, in US dollars. */
export interface Overview {
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  /** A month parked, at most: with a snapshot of a full database. Undefined where the stage cannot be parked, or is. */
  readonly parkedMonth?: number;
  /** {@link TRY_HOURS} from the first resource to the last, with hours that are paid as a whole. */
  readonly tryOut: number;
}

/** An estimate with its overview. */
export interface StageCost extends Estimate {
  readonly overview: Overview;
}

/** Makes the templates of settings. @throws SettingError when a setting cannot be used. */
export type Synthesise = (settings: Readonly<Record<string, unknown>>) => Readonly<Record<string, Template>>;

/**
 * Estimates a stage.
 *
 * @param settings as given to the app by `-c name=value`, `stage` among them.
 * @throws SettingError when a setting cannot be used.
 */
export function stageCost(settings: Readonly<Record<string, unknown>>, synthesise: Synthesise): StageCost {
  const templates = synthesise(settings);
  const all = estimate(templates);
  const hour = all.monthly / PRICES.hoursPerMonth;
  const parkedMonth = parked(settings, synthesise, templates);
  const month = all.monthly;
  const overview = { hour, day: 24 * hour, month, tryOut: tryOut(all) };
  return { ...all, overview: { ...overview, ...(parkedMonth !== undefined && { parkedMonth }) } };
}

function tryOut({ lines, allowances }: Estimate): number {
  return [...lines.flatMap(({ charges }) => charges), ...allowances].reduce(
    (sum, { what, monthly }) => sum + (monthly / PRICES.hoursPerMonth) * paidHours(what, TRY_HOURS),
    0,
  );
}

function parked(
  settings: Readonly<Record<string, unknown>>,
  synthesise: Synthesise,
  templates: Readonly<Record<string, Template>>,
): number | undefined {
  if (settings.parked === 'true') return undefined;
  try {
    const { monthly } = estimate(synthesise({ ...settings, sourceSnapshot: undefined, parked: 'true' }));
    return monthly + snapshots(templates);
  } catch (error) {
    if (error instanceof SettingError) return undefined; // The stage is one that is not parked.
    throw error;
  }
}

/** A snapshot of each database, as if its disk were full. */
function snapshots(templates: Readonly<Record<string, Template>>): number {
  return Object.values(templates)
    .flatMap(({ Resources }) => Object.values(Resources ?? {}))
    .filter(({ Type }) => Type === 'AWS::RDS::DBInstance')
    .reduce(
      (sum, { Properties }) =>
        sum + charge('database snapshot', numberAt(Properties, 'AllocatedStorage')).monthly,
      0,
    );
}
