/** Where everything is that has a private address. */
import {
  listMatching,
  matching,
  oneOf,
  refuse,
  SettingError,
  type SettingReader,
  unusable,
} from './settings';

/** A VPC of the app's own, with private subnets only reached from within. */
export interface MadeNetwork {
  readonly kind: 'made';
  /** The address range, for example `10.60.0.0/16`. */
  readonly cidr: string;
  /** In how many availability zones there are subnets. */
  readonly zones: 2 | 3;
  /**
   * The names of the zones.
   *
   * @default the region's first ones
   */
  readonly availabilityZones?: readonly string[];
  /**
   * How private subnets reach AWS beyond S3: by one small NAT instance (cheapest), by a NAT gateway, or by interface
   * endpoints, with no way to the internet at all. See `docs/adr/0005-network.md`.
   */
  readonly egress: 'nat-instance' | 'nat-gateway' | 'endpoints';
}

/** A VPC that already exists. Its private subnets must have a way to AWS's services. */
export interface ExistingNetwork {
  readonly kind: 'existing';
  readonly vpcId: string;
  /** Zones and private subnets in the same order, one subnet a zone, at least two. */
  readonly availabilityZones: readonly string[];
  readonly privateSubnetIds: readonly string[];
}

/** Where everything is that has a private address; with `none`, every part is reached over the machine's own network. */
export type NetworkPart = { readonly kind: 'none' } | MadeNetwork | ExistingNetwork;

/** Reads `vpcId`, `privateSubnetIds`, `availabilityZones` and `egress`. @throws SettingError */
export function readNetwork(made: MadeNetwork, read: SettingReader): NetworkPart {
  const vpcId = matching(
    read,
    'vpcId',
    /^vpc-[0-9a-f]{8,17}$/,
    'the id of a VPC, for example "vpc-0123456789abcdef0"',
  );
  const zones = listMatching(
    read,
    'availabilityZones',
    /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/,
    'different zones joined by commas, for example "us-east-1a,us-east-1b"',
  );
  if (vpcId === undefined) {
    const why = 'it needs the VPC that the subnets are in: give "-c vpcId=…" as well, or neither';
    refuse(read, ['privateSubnetIds'], why);
    if (zones !== undefined && zones.length !== made.zones)
      throw unusable('availabilityZones', zones.join(','), `${made.zones} zones in this stage`);
    const egress = oneOf(read, 'egress', ['nat-instance', 'nat-gateway', 'endpoints'], made.egress);
    return { ...made, egress, availabilityZones: zones };
  }
  refuse(
    read,
    ['egress'],
    'the VPC is an existing one, whose ways out are its own affair: leave one of the two out',
  );
  const subnets = listMatching(
    read,
    'privateSubnetIds',
    /^subnet-[0-9a-f]{8,17}$/,
    'ids of at least two private subnets, joined by commas, one for each of "availabilityZones"',
  );
  if (subnets === undefined || zones === undefined || subnets.length !== zones.length || zones.length < 2)
    throw new SettingError(
      `The VPC ${vpcId} is given with ${subnets?.length ?? 0} private subnets and ${zones?.length ?? 0} availability zones: expected as many of one as of the other, at least two. Give "-c privateSubnetIds=subnet-…,subnet-… -c availabilityZones=us-east-1a,us-east-1b", in the same order.`,
    );
  return { kind: 'existing', vpcId, availabilityZones: zones, privateSubnetIds: subnets };
}
