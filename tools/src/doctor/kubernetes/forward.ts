import { errorLineOf, type Kubectl } from '../../deploy/cluster/kubectl.ts';

export interface ForwardTarget {
  namespace: string;
  pod: string;
  port: number;
}

export interface Forward {
  /** The local port, or why forwarding failed. */
  port: number | string;
  /** Resolves when the forward has ended, whether or not it was aborted. */
  ended: Promise<unknown>;
}

const FORWARDED = /^Forwarding from 127\.0\.0\.1:(\d+) -> /;

/**
 * Forwards a free local port to a pod's port until `signal` aborts. Resolves when the port is open or
 * forwarding has failed. Each forward needs a separate kubectl process, because kubectl ends all forwards if one of the
 * ports has no listener.
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
    ended.then((result) => resolve({ port: errorLineOf(result), ended }), reject);
  });
}
