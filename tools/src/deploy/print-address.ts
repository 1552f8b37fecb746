import { z } from 'zod';
import { jsonOf } from '../doctor/json-of.ts';
import { pollUntil } from '../net/poll.ts';
import type { Say } from '../setup/say.ts';
import { findAddress } from './cluster/address.ts';
import type { Kubectl } from './cluster/kubectl.ts';
import { NAMESPACE } from './manifests/kustomization.ts';
import type { DeployOptions } from './options.ts';

/** Time limit (ms) for the ingress controller to start routing to new pods. */
const ROUTING_MS = 60_000;
const INGRESS = 'tocsin';

/** The body of a 403 from the bff. A proxy's own 403 doesn't have both members. */
const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** Prints the address to open, or explains why it doesn't work. */
export async function printAddress(
  kubectl: Kubectl,
  { host, tlsSecret }: Pick<DeployOptions, 'host' | 'tlsSecret'>,
  say: Say,
): Promise<void> {
  const address = await findAddress(kubectl, NAMESPACE, INGRESS);
  if (address === undefined)
    return say(
      "Tocsin is running. The cluster doesn't report its ingress controller's address; ask the cluster's administrator.",
    );
  const scheme = tlsSecret === undefined ? 'http' : 'https';
  if (host !== undefined)
    return say(`Tocsin is running. Open ${scheme}://${host} once that name points to ${address}.`);
  let refusal: string | undefined;
  const isBff = async () => {
    const state = await stateOf(`${address}/app/notifications`);

    refusal = state.refusal;
    return state.isBff;
  };
  const reason = await pollUntil(isBff, { timeoutMs: ROUTING_MS, giveUp: () => refusal });
  if (refusal !== undefined)
    return say(
      `Tocsin is running, but the bff refuses requests for ${address}: ${refusal} To add a name, deploy again with ` +
        '`--host NAME`.',
    );
  say(`Tocsin is running. Open ${address}`);
  if (reason)
    say(
      `(It doesn't respond to requests from this machine: ${reason}. It may be reachable only from the cluster's network.)`,
    );
}

/** `isBff` is true if a bff responds at this address, even with a 401. `refusal` is the bff's reason for a 403. */
const stateOf = (url: string): Promise<{ isBff: boolean; refusal?: string | undefined }> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      const text = await response.text();
      const isBff = response.ok || response.status === 401;
      return { isBff, refusal: response.status === 403 ? jsonOf(problemSchema, text)?.detail : undefined };
    },
    () => ({ isBff: false }),
  );
