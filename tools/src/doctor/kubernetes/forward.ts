import { saidBy, type Kubectl } from '../../deploy/cluster/kubectl.ts';

export interface Goal {
  namespace: string;
  pod: string;
  port: number;
}

/** One way from a port of this machine to a port of a pod. */
export interface Forward {
  /** The local port, or a phrase that says why there is none. */
  port: number | string;
  /** Resolves when it has ended: by the signal, or by itself. */
  ended: Promise<unknown>;
}

const FORWARDED = /^Forwarding from 127\.0\.0\.1:(\d+) -> /;

/**
 * Forwards a free local port to one of a pod until `signal` aborts. Each uses its own kubectl, because a port
 * without a listener ends all forwards of its kubectl. Resolves when it is open or has failed.
 */
export function forward(
  kubectl: Kubectl,
  { namespace, pod, port }: Goal,
  signal: AbortSignal,
): Promise<Forward> {
  const args = ['port-forward', '-n', namespace, '--address', '127.0.0.1', `pod/${pod}`, `:${port}`];
  return new Promise((resolve, reject) => {
    const onLine = (line: string) => {
      const local = FORWARDED.exec(line)?.[1];
      if (local !== undefined) resolve({ port: Number(local), ended });
    };
    const ended = kubectl.follow(args, { onLine, signal });
    ended.then((answer) => resolve({ port: saidBy(answer), ended }), reject);
  });
}
