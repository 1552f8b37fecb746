import { BlockList, isIP } from 'node:net';
import { APP_IDS } from '@tocsin/contracts';
import type { AuthConfig, PublicAddress } from '../config.ts';
import { Failure } from '../failure.ts';
import type { RunFileApp } from '../stack/run-file.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export const isLoopback = (address: string): boolean =>
  loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * Checks whether the public ports may listen on this address. An address that other machines can reach requires
 * authentication or TOCSIN_INSECURE=yes.
 * @param withoutAuth phrases for the settings that leave authentication off: `AUTH_MODE is none`
 * @throws Failure that explains what to do
 */
export function checkPublicAddress(
  { address, allowInsecure }: PublicAddress,
  ports: readonly number[],
  withoutAuth: readonly string[],
): void {
  if (isIP(address) === 0) {
    throw new Failure(
      `TOCSIN_ADDRESS is ${address}, which is not an IP address. Set it to 0.0.0.0 for all networks, to the ` +
        'address of one network interface, or unset it to allow only this machine.',
    );
  }
  if (isLoopback(address) || allowInsecure || withoutAuth.length === 0) return;
  throw new Failure(
    `TOCSIN_ADDRESS=${address} would open ports ${ports.join(', ')} to the network, but ${withoutAuth.join(' and ')}: anyone ` +
      'there could read or publish. Set AUTH_MODE=jwt and API_KEYS=on (docs/guides/secure-it.md), or unset ' +
      'TOCSIN_ADDRESS. If you trust everyone on the network, set TOCSIN_INSECURE=yes instead.',
  );
}

/**
 * Checks the applications in a run file, and returns a phrase for each one that doesn't require authentication.
 * Variables in the run file override the environment of `npm start`.
 */
export function settingsWithoutAuth(apps: readonly RunFileApp[], { mode, apiKeys }: AuthConfig): string[] {
  const sentences = apps.flatMap(({ appId, env }) => {
    if (appId === APP_IDS.bff) return (env['AUTH_MODE'] ?? mode) === 'jwt' ? [] : ['AUTH_MODE is none'];
    if (appId === APP_IDS.producer) {
      return (env['API_KEYS'] ?? (apiKeys ? 'on' : 'off')) === 'on' ? [] : ['API_KEYS is off'];
    }
    return [`${appId} has no setting for authentication`];
  });
  return [...new Set(sentences)];
}

/** A host name that reaches `address` from this machine. */
export function hostOf(address: string): string {
  if (isIP(address) !== 6) return address === '0.0.0.0' ? '127.0.0.1' : address;
  return address === '::' ? '[::1]' : `[${address}]`;
}

/** The same as `hostOf`, but `localhost` for 127.0.0.1. For messages. */
export const shownHostOf = (address: string): string =>
  hostOf(address).replace(/^127\.0\.0\.1$/, 'localhost');
