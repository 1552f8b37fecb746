import { errorLineOf, type Kubectl } from '../../deploy/cluster/kubectl.ts';

export interface ForwardTarget {
  namespace: string;
  pod: string;
  port: number;
}

export interface Forward {
  /** The local port, or the reason forwarding failed. */
  port: number | string;
  /** Resolves when the forward has ended, whether aborted or on its own. */
  ended: Promise<unknown>;
}

const FORWARDED = /^Forwarding from 127\.0\.0\.1:(\d+) -> /;

/**
 * Forwards a free local port to a pod's port until `signal` aborts. Resolves when the port is open or has failed. Each
 * forward uses its own kubectl because a port without a listener ends all forwards of its kubectl.
 */
export function forward(
  kubectl: Kubectl,
  { namespace, pod, port }: ForwardTarget,
  signal: AbortSignal,
): Promise<Forward> {
  const args = ['port-forward', '-n', namespace, '--address', '127.0.0.1', `pod/${pod}`, `:${port}`];
  return new Promise((resolve, reject) => {
    const onLine = (line: string) => {
      const local = FORWARDED.exec(line)?.[1];
      if (local !== undefined) resolve({ port: Number(local), ended });
    };
    const ended = kubectl.follow(args, { onLine, signal });
    ended.then((answer) => resolve({ port: errorLineOf(answer), ended }), reject);
  });
}
