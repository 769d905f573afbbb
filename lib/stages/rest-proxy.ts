/** What the API forwards to. */
import { isIPv4 } from 'node:net';
import { optionalFolder, optionalText, refuse, requiredUrl, type SettingReader, unusable } from './settings';

/** The REST proxy on the client host, behind an internal load balancer. */
export interface ClientHost {
  readonly kind: 'client-host';
  /** The proxy's port. */
  readonly port: number;
  /** An arm64 instance type, for example `t4g.small`. */
  readonly instanceType: string;
  /** GiB of its disk. */
  readonly diskGiB: number;
  /**
   * The folder with what is put on the host: proxy, Kafka's tools, `aws-msk-iam-auth`, and their checksums.
   *
   * @default made when it is deployed
   */
  readonly package?: string;
  /**
   * The address range that may open SSH, never the whole world.
   *
   * @default none: Session Manager only
   */
  readonly sshFrom?: string;
}

/** What the API forwards to. Of one that already exists, `url` is the base as the API reaches it, without a trailing slash. */
export type RestProxyPart = ClientHost | { readonly kind: 'external'; readonly url: string };

/** Reads `sshFrom` and `clientHostPackage`, or `restProxyUrl` of an existing proxy. @throws SettingError */
export function readRestProxy(made: Omit<ClientHost, 'package'>, read: SettingReader): RestProxyPart {
  if (optionalText(read, 'restProxyUrl', 'a text') !== undefined) {
    const why = 'with an existing REST proxy there is no client host: leave one of the two out';
    refuse(read, ['sshFrom', 'clientHostPackage'], why);
    return { kind: 'external', url: requiredUrl(read, 'restProxyUrl') };
  }
  return { ...made, package: optionalFolder(read, 'clientHostPackage'), sshFrom: readAddressRange(read) };
}

/** An IPv4 range of at most a /16: whatever is larger is no longer one's own. */
function readAddressRange(read: SettingReader): string | undefined {
  const name = 'sshFrom';
  const expected = 'an IPv4 address range from /16 to /32, for example "203.0.113.7/32"';
  const text = optionalText(read, name, expected);
  if (text === undefined) return undefined;
  const [address = '', length = ''] = text.split('/');
  if (!isIPv4(address) || !/^\d{2}$/.test(length) || Number(length) < 16 || Number(length) > 32)
    throw unusable(name, text, expected);
  return text;
}
