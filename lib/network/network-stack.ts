import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PipelineNetwork } from './pipeline-network';
import type { Deployment, ExistingNetwork, MadeNetwork } from '../stages';

/** Properties of the {@link NetworkStack}. */
export interface NetworkStackProps extends StackProps {
  readonly network: MadeNetwork | ExistingNetwork;
}

/** The network of everything with a private address. */
export class NetworkStack extends Stack {
  readonly network: PipelineNetwork;
  private readonly zones: readonly string[];

  constructor(scope: Construct, id: string, { stage }: Deployment, props: NetworkStackProps) {
    const { network, ...stackProps } = props;
    super(scope, id, { description: 'Pinterest data pipeline: network', ...stackProps });
    this.zones = zonesOf(network);
    this.network = new PipelineNetwork(this, 'Network', { network, logRetention: stage.logRetention });
  }

  /** The zones' names. The CDK assumes only two zones when the account is unknown. */
  override get availabilityZones(): string[] {
    return [...this.zones];
  }
}

function zonesOf(network: MadeNetwork | ExistingNetwork): readonly string[] {
  if (network.availabilityZones !== undefined) return network.availabilityZones;
  const count = (network as MadeNetwork).zones;
  return Array.from({ length: count }, (_, index) => Fn.select(index, Fn.getAzs()));
}
