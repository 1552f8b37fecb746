import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Signer, actorCallPurpose, parseSigningKeys } from '@tocsin/service';
import { findKubectl, pollUntil, signToken } from '@tocsin/tools';
import { run } from '@tocsin/tools/process/run';
import { z } from 'zod';
import { newKey } from '../../tools/src/auth/new-key.ts';
import { CHART } from '../../tools/src/deploy/chart/chart.ts';
import { checkDapr } from '../../tools/src/deploy/cluster/installed-dapr.ts';
import { needsNodeVolume } from '../../tools/src/deploy/cluster/storage.ts';
import { ensureHelm } from '../../tools/src/setup/test-programs/helm.ts';
import { createNodeVolume, deleteNodeVolume } from '../../tools/src/test/node-volume.ts';

const PROBE = readFileSync(join(import.meta.dirname, '../support/network/probe.mjs'), 'utf8');
const REGISTRY = process.env['REGISTRY'] ?? '';

export const kubectl = findKubectl();

/** A request or connection from a pod. Outcomes are keyed by name. */
export interface Probe {
  name: string;
  url?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Number of times to send the request. If set, the outcome is an array. */
  times?: number;
  /** If true, the outcome is the status and the text instead of just the status. */
  text?: boolean;
  connect?: { host: string; port: number };
  redis?: { host: string; port: number; commands: string[][] };
}

const responseSchema = z.object({ status: z.number(), text: z.string() });
const pageSchema = z.object({
  publications: z.array(z.object({ notification: z.object({ id: z.string() }).optional() })),
});

/** Counters for completed work, which no attack may change. Counters for refused calls can change. */
const COUNTERS = {
  producer: [
    'tocsin_producer_notifications_accepted_total',
    'tocsin_producer_changes_accepted_total',
    'tocsin_producer_notifications_scheduled_total',
  ],
  bff: [
    'tocsin_bff_publications_total',
    'tocsin_bff_publications_gone_total',
    'tocsin_bff_notifications_suppressed_total',
    'tocsin_bff_feeds_erased_total',
    'tocsin_bff_entries_set_aside_total',
    'tocsin_bff_dead_letters_total',
  ],
} as const;

/** Returns a counter's total over all series in Prometheus's text format. */
function sumIn(metrics: string, name: string): number {
  if (!metrics.includes(`# TYPE ${name} counter`)) throw new Error(`There is no counter ${name}.`);
  return [...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}

/** A chart release in a separate namespace with one pod per application. */
export class Tenant {
  readonly namespace: string;
  readonly #limits: object;
  readonly #bff: object;
  readonly #keys = {
    /** Can publish to, retract from and erase every feed, and request fallbacks. */
    canary: this.#key('canary', 1_000),
    /** For the flood test. Allows 50 notifications in 10 s. */
    slow: this.#key('slow', 5),
  };
  #nodeVolume = false;

  /**
   * @param limits `quotas.limits` of the chart
   * @param bff values of the chart under `bff`
   */
  constructor(namespace: string, limits: object, bff: object = {}) {
    this.namespace = namespace;
    this.#limits = limits;
    this.#bff = bff;
  }

  #key(name: string, perSecond: number) {
    const scopes = ['publish', 'retract', 'erase', 'fallback'];
    const limits = { feeds: ['*'], scopes, perSecond, source: undefined, expires: undefined };
    return newKey({ name, ...limits, dataDir: '' }, Date.now());
  }

  key(name: 'canary' | 'slow'): string {
    return this.#keys[name].key;
  }

  async install(): Promise<void> {
    const { namespace } = this;
    if ((await kubectl.try(['get', 'namespace', namespace])).code === 0)
      throw new Error(
        `The cluster has a namespace ${namespace}, which this suite would remove. Delete it first ` +
          `(\`kubectl delete namespace ${namespace}\`), or choose another cluster.`,
      );
    const dapr = await checkDapr(kubectl, () => undefined);
    this.#nodeVolume = await needsNodeVolume(kubectl, namespace);
    await kubectl.text(['create', 'namespace', namespace]);
    const records = JSON.stringify(Object.values(this.#keys).map(({ record }) => record));
    await this.kubectl('create', 'secret', 'generic', 'apikeys', `--from-literal=apikeys=${records}`);
    await this.kubectl('create', 'secret', 'generic', 'canary', `--from-literal=key=${this.key('canary')}`);
    if (this.#nodeVolume) await createNodeVolume(kubectl, namespace);
    const values = {
      image: { registry: REGISTRY },
      daprNamespace: dapr.namespace,
      producer: { replicas: 1, settings: { API_KEYS: 'on' } },
      bff: { replicas: 1, autoscaling: { enabled: false }, settings: { AUTH_MODE: 'jwt' }, ...this.#bff },
      ui: { replicas: 1 },
      redis: { storageClass: this.#nodeVolume ? namespace : '', storage: '1Gi' },
      ingress: { enabled: false },
      quotas: { limits: this.#limits, namespace: { enabled: true } },
      test: { keySecret: 'canary' },
    };
    const input = JSON.stringify(values);
    await this.#helm(['install', namespace, CHART, '--wait', '--timeout', '5m', '--values', '-'], input);
  }

  /** Runs `helm test`, which publishes a canary and reads it. @throws Error with Helm's output */
  async test(): Promise<string> {
    return this.#helm(['test', this.namespace, '--logs', '--timeout', '3m']);
  }

  async #helm(args: readonly string[], input?: string): Promise<string> {
    const options = input === undefined ? {} : { input };
    const { code, output } = await run(await ensureHelm(), ['-n', this.namespace, ...args], options);
    if (code !== 0) throw new Error(`helm ${args.join(' ')} failed:\n${output}`);
    return output;
  }

  async remove(): Promise<void> {
    await kubectl.try(['delete', 'namespace', this.namespace, '--wait=true', '--timeout=3m']);
    if (this.#nodeVolume) await deleteNodeVolume(kubectl, this.namespace);
  }

  kubectl(...args: string[]): Promise<string> {
    return kubectl.text(['-n', this.namespace, ...args]);
  }

  async secret(name: string, key: string): Promise<string> {
    const encoded = await this.kubectl('get', 'secret', name, '-o', `jsonpath={.data.${key}}`);
    return Buffer.from(encoded, 'base64').toString();
  }

  /** Returns a token for a reader who's also an operator. */
  async token(sub: string, moreClaims: object = {}): Promise<string> {
    const claims = { sub, feeds: ['*'], roles: ['ops'], ...moreClaims };
    const exp = Math.floor(Date.now() / 1000) + 3_600;
    const secret = await this.secret('jwt', 'jwt');
    return signToken({ claims, exp, issuer: 'tocsin', audience: 'tocsin', secret });
  }

  /** Signs a call to a feed's actor, as this release's bffs do. */
  async signedTake(feed: string): Promise<{ body: string; signature: string }> {
    const keys = parseSigningKeys(await this.secret('internal', 'internal'));
    const body = JSON.stringify({ feed });
    return { body, signature: new Signer(() => keys).sign(actorCallPurpose('take', feed), body).signature };
  }

  /** Sends requests from one of the release's pods. */
  async ask(app: 'producer' | 'bff', probes: readonly Probe[]): Promise<Record<string, unknown>> {
    const exec = ['-n', this.namespace, 'exec', '-i', `deployment/${app}`, '-c', app, '--'];
    const node = ['node', '--input-type=module', '-', JSON.stringify(probes)];
    return JSON.parse(await kubectl.text([...exec, ...node], PROBE)) as Record<string, unknown>;
  }

  async #text(app: 'producer' | 'bff', url: string, headers: Record<string, string> = {}): Promise<string> {
    const { response } = await this.ask(app, [{ name: 'response', url, headers, text: true }]);
    const { status, text } = responseSchema.parse(response);
    if (status !== 200) throw new Error(`${url} in ${this.namespace} returned ${status}: ${text}`);
    return text;
  }

  /** Returns an application's counter values, each summed over all series. */
  async counters(app: 'producer' | 'bff', names: readonly string[]): Promise<Record<string, number>> {
    const port = app === 'producer' ? 4000 : 4001;
    const metrics = await this.#text(app, `http://127.0.0.1:${port}/metrics`);
    return Object.fromEntries(names.map((name) => [name, sumIn(metrics, name)]));
  }

  /** Publishes a notification from the producer's pod. Resolves with the status. */
  async publish(feed: string, id: string, members: object = {}): Promise<unknown> {
    const headers = { 'x-api-key': this.key('canary') };
    const url = 'http://127.0.0.1:4000/notifications';
    const body = { id, feed, title: 'A tenant’s canary', ...members };
    return (await this.ask('producer', [{ name: 'status', url, method: 'POST', headers, body }]))['status'];
  }

  /** Returns the ids in a reader's own feed, read with that reader's token. */
  async idsOf(reader: string): Promise<string[]> {
    const headers = { authorization: `Bearer ${await this.token(reader)}` };
    const url = `http://127.0.0.1:4001/app/notifications?feed=${encodeURIComponent(`user:${reader}`)}`;
    const page = pageSchema.parse(JSON.parse(await this.#text('bff', url, headers)));
    return page.publications.flatMap(({ notification }) => (notification ? [notification.id] : []));
  }

  /** Resolves when a reader's own feed has the notification. @throws Error after 30 s */
  async untilRead(reader: string, id: string): Promise<void> {
    const isThere = async () => (await this.idsOf(reader)).includes(id);
    const fault = await pollUntil(isThere, { timeoutMs: 30_000, everyMs: 500 });
    if (fault) throw new Error(`${this.namespace} did not show ${id}: ${fault}`);
  }

  /** Returns the state that an attack must not change: the reader's feed, and the counters of completed work. */
  async state(reader: string): Promise<object> {
    // Entries with earlier notifications might not be claimed yet.
    const isClaimed = async () => !(await this.keys()).some((key) => key.startsWith('entry:'));
    const fault = await pollUntil(isClaimed, { timeoutMs: 30_000, everyMs: 500 });
    if (fault) throw new Error(`${this.namespace} still has entries: ${fault}`);
    return {
      ids: await this.idsOf(reader),
      producer: await this.counters('producer', COUNTERS.producer),
      bff: await this.counters('bff', COUNTERS.bff),
    };
  }

  /**
   * Returns the keys in Redis, except keys that a release writes in the background, such as locks, metrics, the audit
   * trail and records of API key use.
   */
  async keys(): Promise<string[]> {
    const script = 'valkey-cli --user operator --pass "$REDIS_OPERATOR_PASSWORD" --no-auth-warning --scan';
    const text = await this.kubectl('exec', 'redis-0', '--', 'sh', '-c', script);
    const isData = (key: string) =>
      key !== '' && !/instance|notification-audit|known-keys|key-use|\|\|soon|:lock$/.test(key);
    return [...new Set(text.split('\n').filter(isData))].sort();
  }
}
