/** What a stage says of its API. */

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
   * Asks every caller for an API key beside the signature, and limits what its holder may ask.
   *
   * @default callers are not told apart
   */
  readonly usagePlan?: UsagePlanSettings;
}
