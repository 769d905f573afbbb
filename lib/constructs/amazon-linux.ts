import { OperatingSystemType, UserData, type IMachineImage } from 'aws-cdk-lib/aws-ec2';

const PARAMETER = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64';

/**
 * The newest Amazon Linux 2023 for arm64, as its public parameter says at the time of a deployment. The library's own
 * image of this kind puts a parameter into the template, and nothing is to be decided there.
 *
 * @param userData what runs at the first boot (default: nothing).
 */
export function amazonLinux(userData: UserData = UserData.forLinux()): IMachineImage {
  return {
    getImage: () => ({
      imageId: `{{resolve:ssm:${PARAMETER}}}`,
      osType: OperatingSystemType.LINUX,
      userData,
    }),
  };
}
