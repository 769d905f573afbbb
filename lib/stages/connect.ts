/** Where the S3 sink runs. */
import { oneOf, optionalFile, optionalText, refuse, requiredUrl, type SettingReader } from './settings';

/** A Kafka Connect worker that already exists, with the sink's plugin on its plugin path. */
export interface ExternalConnect {
  readonly kind: 'external';
  /** The base URL of its REST interface, without a trailing slash. */
  readonly url: string;
}

/** Who sets up Kafka's clients for the sink. */
export type ClientSettings = 'connector' | 'worker';

/** MSK Connect, with the plugin of this repository. */
export interface MskConnect {
  readonly kind: 'msk-connect';
  /** MSK Connect's name of a version, for example `3.7.x`. */
  readonly version: string;
  /**
   * The plugin's zip, as the local run loads it.
   *
   * @default made when it is deployed
   */
  readonly pluginZip?: string;
  readonly workers: number;
  /** MSK Connect units of a worker: a virtual processor and 4 GiB each. */
  readonly unitsPerWorker: 1 | 2 | 4 | 8;
  /**
   * Who sets up Kafka's clients: the connector, whose consumer group then outlives a connector that is replaced; or the
   * worker, should MSK Connect refuse what the connector overrides. A connector that is replaced then begins with a new
   * consumer group: `docs/adr/0006-sink-on-msk-connect.md`.
   */
  readonly clientSettings: ClientSettings;
}

/** Where the S3 sink runs. */
export type ConnectPart = MskConnect | ExternalConnect;

/** Reads `connectClientSettings` and `sinkPluginZip`, or `connectUrl` of an existing worker. @throws SettingError */
export function readConnect(made: Omit<MskConnect, 'pluginZip'>, read: SettingReader): ConnectPart {
  if (optionalText(read, 'connectUrl', 'a text') === undefined) {
    const pluginZip = optionalFile(read, 'sinkPluginZip', '.zip');
    if (pluginZip === undefined) {
      const why = 'the plugin is that of this repository: give its "sinkPluginZip"';
      refuse(read, ['sinkPluginConfig'], why);
    }
    return {
      ...made,
      clientSettings: oneOf(read, 'connectClientSettings', ['connector', 'worker'], made.clientSettings),
      pluginZip,
    };
  }
  const setUp = 'the Connect worker is an existing one, which is set up already: leave one of the two out';
  refuse(read, ['connectClientSettings'], setUp);
  const has = 'the Connect worker is an existing one, which has its plugins: leave one out';
  refuse(read, ['sinkPluginZip'], has);
  return { kind: 'external', url: requiredUrl(read, 'connectUrl') };
}
