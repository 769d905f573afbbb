/** What a run can be asked for. */
import type { SinkPluginChoice } from './install/sink-plugin';
import type { PortName } from './ports';

/** What `npm start` was asked for. */
export interface RunOptions {
  /** Stop after the first reconciliation. */
  readonly once: boolean;
  /** How many posts the source database shall hold, each sent once. Default: 11,000. */
  readonly posts: number;
  /** The seed of the data and of the draw. Default: 100. */
  readonly seed: number;
  readonly userId: string;
  /** Posts a second; undefined: every post once as fast as it goes, then 10 a second. 0: as fast as it goes. */
  readonly rate?: number;
  /** Whether random posts continue once every post was sent; if not, the parts just stay up. Default: true. */
  readonly random: boolean;
  /** Seconds between two reports while random posts flow. Default: 60. */
  readonly reportEvery: number;
  /** How often a part that dies is started again within five minutes before the run ends. Default: 3. */
  readonly restarts: number;
  /** An S3 sink plugin in place of the one built here. */
  readonly sinkPlugin?: SinkPluginChoice;
  /** Whether the live page is served. Default: true. */
  readonly web: boolean;
  /** Whether it is opened in a browser. Default: false. */
  readonly open: boolean;
  /** Fixed ports. */
  readonly ports: Partial<Readonly<Record<PortName, number>>>;
}
