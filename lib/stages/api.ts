/** The API: its limits, and what protects it. */
import { oneOf, type SettingReader } from './settings';

/** What each holder of an API key may ask of the API. */
export interface UsagePlanSettings {
  /** Requests per second. */
  readonly requestsPerSecond: number;
  /** Requests at once. */
  readonly burst: number;
  /** Requests from midnight to midnight, UTC. */
  readonly requestsPerDay: number;
}

/** Limits of the API, over all callers and for each, and what protects it. */
export interface ApiSettings {
  /** Requests per second. */
  readonly throttlingRate: number;
  /** Requests at once. */
  readonly throttlingBurst: number;
  /**
   * Requests that one address may send in five minutes, 10 or more, before the firewall refuses more of them.
   *
   * @default no firewall
   */
  readonly firewallRate?: number;
  /**
   * Asks every caller for an API key next to the signature, and limits what its holder may ask.
   *
   * @default callers are not told apart
   */
  readonly usagePlan?: UsagePlanSettings;
}

/** What a holder of a key may ask a day where the stage itself has no usage plan. */
const DAILY_REQUESTS = 1_000_000;

/** Reads `firewall` and `usagePlan`. @throws SettingError */
export function readApi(made: ApiSettings, read: SettingReader): ApiSettings {
  const { firewallRate, usagePlan, throttlingRate, throttlingBurst } = made;
  const isOn = (name: string, isMade: boolean): boolean =>
    oneOf(read, name, ['on', 'off'], isMade ? 'on' : 'off') === 'on';
  const plan = {
    requestsPerSecond: throttlingRate,
    burst: throttlingBurst,
    requestsPerDay: DAILY_REQUESTS,
  };
  return {
    ...made,
    firewallRate: isOn('firewall', firewallRate !== undefined) ? (firewallRate ?? 2_000) : undefined,
    usagePlan: isOn('usagePlan', usagePlan !== undefined) ? (usagePlan ?? plan) : undefined,
  };
}
