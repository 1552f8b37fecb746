import { Caller, Observer, Random, audit, isClean, longestPause, type AuditResult } from '@tocsin/lab';
import { pollUntil } from '@tocsin/tools';
import { startStream } from '../support/stream.ts';
import { kubectlInNamespace, pods, untilRolledOut, type Pod } from './cluster.ts';

/** Pod count in a complete deployment. */
const PODS = 7;
const REPLACE_TIMEOUT_MS = 240_000;

const CATCH_UP_MS = 120_000;

/** Resolves when this pod no longer exists and all pods are ready. */
async function untilReplaced({ name, uid }: Pod): Promise<void> {
  const fault = await pollUntil(
    async () => {
      const all = await pods();
      const ready = all.filter((pod) => pod.ready === `${pod.containers.length}/${pod.containers.length}`);
      return ready.length === PODS && ready.every((pod) => pod.uid !== uid);
    },
    { timeoutMs: REPLACE_TIMEOUT_MS, everyMs: 1_000 },
  );
  if (fault) throw new Error(`${name} was deleted, but not all pods are back: ${fault}`);
}

/** Sends notifications through the ingress to clients while pods restart or are deleted. */
export class PodRestarts {
  readonly #caller: Caller;
  readonly #observers: readonly Observer[];
  readonly #stream: { stop(): Promise<void> };
  readonly #startedAt = Date.now();
  #ended = 0;

  private constructor(caller: Caller, observers: readonly Observer[]) {
    this.#caller = caller;
    this.#observers = observers;
    this.#stream = startStream(caller, 'pod-restarts');
  }

  /** Connects the clients, then starts sending notifications. */
  static async begin(url: string, clients: number): Promise<PodRestarts> {
    const observers = Array.from({ length: clients }, (_, i) => new Observer(`client ${i + 1}`, url));
    await Promise.all(observers.map((observer) => observer.ready()));
    return new PodRestarts(new Caller({ urls: [url] }), observers);
  }

  /** Restarts a deployment, and waits until the rollout is complete and the clients have caught up. */
  async restart(app: string): Promise<void> {
    await this.#runThroughFault(`${app} restarted`, async () => {
      await kubectlInNamespace('rollout', 'restart', `deployment/${app}`);
      await untilRolledOut(`deployment/${app}`);
    });
  }

  /**
   * Deletes pods sequentially: at least one of each kind, and some by force. Never force-deletes Redis, because the
   * next pod would start on the same volume before the previous pod stops.
   */
  async deletePods(count: number): Promise<void> {
    const seed = Date.now() % 100_000;
    const random = new Random(seed);
    console.log(`deleting pods with seed ${seed}`);
    const first = random.shuffle(['bff', 'producer', 'redis', 'ui']);
    for (let i = 0; i < count; i++) {
      const all = await pods();
      const chosen = first.length > 0 ? all.filter(({ app }) => app === first[0]) : all;
      first.shift();
      const pod = random.pick(chosen);
      const { name, app } = pod;
      const forced = app !== 'redis' && i % 2 === 1;
      await this.#runThroughFault(`${name} deleted${forced ? ' by force' : ''}`, async () => {
        const deleteOptions = forced ? ['--grace-period=0', '--force'] : ['--wait=false'];
        await kubectlInNamespace('delete', 'pod', name, ...deleteOptions);
        await untilReplaced(pod);
      });
    }
  }

  async #runThroughFault(what: string, fault: () => Promise<void>): Promise<void> {
    const from = Date.now();
    await fault();
    await this.#untilUpToDate();
    const to = Date.now();
    const pause = Math.max(...this.#observers.map((observer) => longestPause([observer], from, to)));
    console.log(
      `${what}: everything is back after ${((to - from) / 1000).toFixed(1)} s, deliveries paused for ${(pause / 1000).toFixed(1)} s`,
    );
  }

  /** Resolves when every client has shown the last notification acknowledged so far. */
  async #untilUpToDate(): Promise<void> {
    const last = [...this.#caller.acknowledged.keys()].slice(-1);
    await Promise.all(this.#observers.map((observer) => observer.untilShown(last, CATCH_UP_MS)));
  }

  /** Stops sending and waits until the clients have caught up. */
  async end(): Promise<void> {
    await this.#stream.stop();
    this.#ended = Date.now();
    const acknowledged = [...this.#caller.acknowledged.keys()];
    await Promise.allSettled(
      this.#observers.map((observer) => observer.untilShown(acknowledged, CATCH_UP_MS)),
    );
    for (const observer of this.#observers) observer.close();
  }

  /** Returns the clients that lost, duplicated or reordered notifications or got a gap. Prints the totals. */
  faults(): AuditResult[] {
    const acknowledged = [...this.#caller.acknowledged.keys()];
    const results = this.#observers.map((observer) => audit(observer, acknowledged));
    const sum = (valueOf: (result: AuditResult) => number) =>
      results.reduce((total, result) => total + valueOf(result), 0);
    console.log(
      `${acknowledged.length} notifications acknowledged in ${Math.round((this.#ended - this.#startedAt) / 1000)} s, ` +
        `${this.#caller.retries} requests repeated, ${results.length} clients: ${sum(({ lost }) => lost.length)} lost, ` +
        `${sum(({ duplicated }) => duplicated.length)} shown twice, ` +
        `${sum(({ outOfOrder, skipped }) => outOfOrder.length + skipped.length)} out of order, ` +
        `${sum(({ reportedGaps }) => reportedGaps)} reported gaps`,
    );
    return results.filter((result) => !isClean(result) || result.reportedGaps > 0);
  }
}
