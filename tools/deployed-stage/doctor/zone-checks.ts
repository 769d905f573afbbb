/** Whether the zones that a stage's network is in, or would be in, have what it needs. */
import {
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeSubnetsCommand,
  type _InstanceType,
} from '@aws-sdk/client-ec2';
import { ZONES_WITHOUT_MSK } from '../../../lib/stages/aws-limits';
import { failed, ok, together, type Finding } from '../../pipeline/doctor/check';
import type { Clients } from '../../pipeline/doctor/clients';

/** The rights by which it is asked. */
export const ZONE_RIGHTS =
  'ec2:DescribeAvailabilityZones, ec2:DescribeSubnets and ec2:DescribeInstanceTypeOfferings';

interface Zone {
  readonly name: string;
  readonly id: string;
}

/** The first zones of the region, which a network without `-c availabilityZones` is in. */
export async function firstZones(
  { ec2 }: Clients,
  count: number,
  abortSignal: AbortSignal,
): Promise<readonly Zone[]> {
  const { AvailabilityZones = [] } = await ec2.send(
    new DescribeAvailabilityZonesCommand({ Filters: [{ Name: 'zone-type', Values: ['availability-zone'] }] }),
    { abortSignal },
  );
  const zones = AvailabilityZones.flatMap(({ ZoneName, ZoneId, State }) =>
    ZoneName && ZoneId && State === 'available' ? [{ name: ZoneName, id: ZoneId }] : [],
  );
  return zones.sort((a, b) => a.name.localeCompare(b.name)).slice(0, count);
}

/** The zones of subnets. */
export async function zonesOfSubnets(
  { ec2 }: Clients,
  subnetIds: readonly string[],
  abortSignal: AbortSignal,
): Promise<readonly Zone[]> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }), {
    abortSignal,
  });
  const ids = new Map(
    Subnets.flatMap(({ AvailabilityZone, AvailabilityZoneId }) =>
      AvailabilityZone && AvailabilityZoneId ? [[AvailabilityZone, AvailabilityZoneId] as const] : [],
    ),
  );
  return [...ids].map(([name, id]) => ({ name, id })).sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * Whether zones have MSK and these types of instances.
 *
 * @param count how many zones the stage needs.
 */
export async function zonesFinding(
  { ec2 }: Clients,
  zones: readonly Zone[],
  count: number,
  types: readonly string[],
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { InstanceTypeOfferings = [] } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: types as _InstanceType[] }],
    }),
    { abortSignal },
  );
  const offered = new Set(
    InstanceTypeOfferings.map(({ Location, InstanceType }) => `${Location ?? ''} ${InstanceType ?? ''}`),
  );
  const remedy =
    'Name other zones in every command: `-c availabilityZones=...` (docs/deploy.md); those of a deployed network are changed only by destroying it.';
  const lacks = zones.flatMap(({ name, id }) => [
    ...(ZONES_WITHOUT_MSK.includes(id) ? [`${name} (${id}) has no MSK`] : []),
    ...types.flatMap((type) => (offered.has(`${name} ${type}`) ? [] : [`${name} (${id}) has no ${type}`])),
  ]);
  return together([
    ok(`${zones.map(({ name, id }) => `${name} (${id})`).join(', ')}, asked for ${types.join(', ')}`),
    ...(zones.length < count
      ? [failed(`only ${zones.length} zones, ${count} are needed`, 'Choose a region with more zones.')]
      : []),
    ...lacks.map((lack) => failed(lack, remedy)),
  ]);
}
