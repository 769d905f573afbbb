import { OperatingSystemType, UserData, type IMachineImage } from 'aws-cdk-lib/aws-ec2';

const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/** When the newest image is resolved. */
export type ImageResolution =
  /** At each launch by an auto-scaling group; the launch template stays the same. */
  | 'launch'
  /** When CloudFormation creates or updates an instance. */
  | 'deployment';

/**
 * The newest Amazon Linux 2023 for arm64, from its public SSM parameter. The CDK's own class would add a stack
 * parameter.
 *
 * Launch templates: https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
 *
 * @param userData runs at the first boot (default: nothing).
 */
export function amazonLinux(
  resolution: ImageResolution,
  userData: UserData = UserData.forLinux(),
): IMachineImage {
  return {
    getImage: () => ({
      imageId: resolution === 'launch' ? `resolve:ssm:${PARAMETER}` : `{{resolve:ssm:${PARAMETER}}}`,
      osType: OperatingSystemType.LINUX,
      userData,
    }),
  };
}
