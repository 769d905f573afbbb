import { OperatingSystemType, UserData, type IMachineImage } from 'aws-cdk-lib/aws-ec2';

const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/** When it is decided which image is the newest. */
export type ImageResolution =
  /** Whenever an auto-scaling group launches an instance, by a launch template that stays the same. */
  | 'launch'
  /** When CloudFormation makes an instance or changes it. */
  | 'deployment';

/**
 * The newest Amazon Linux 2023 for arm64, as its public parameter says. The library's own image of this kind puts a
 * parameter into the template, and nothing is to be decided there.
 *
 * Launch templates: https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
 *
 * @param userData what runs at the first boot (default: nothing).
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
