import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Observer } from '@tocsin/lab';
import { ensurePrometheus, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startPrometheus, type RunningPrometheus } from '../support/observe/prometheus.ts';
import { connectTo } from '../support/network/sockets.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Expressions that usually have series only after a fault. This test causes no faults. */
const FAULT_METRICS: [part: string, fault: string][] = [
  ['tocsin_bff_connections_refused_total', 'a full instance'],
  ['tocsin_bff_connections_ended_total', 'a browser that reads nothing or sends too much'],
  ['{success="false"}', 'a failed call to a component'],
];
const faultFor = (expression: string) => FAULT_METRICS.find(([part]) => expression.includes(part))?.[1];

const dashboard = z
  .object({
    uid: z.string(),
    panels: z.array(
      z.looseObject({
        id: z.int(),
        type: z.enum(['row', 'stat', 'timeseries']),
        title: z.string().min(1),
        description: z.string().optional(),
        gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).default([]),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(root, 'observability/grafana/dashboard.json'), 'utf8')));
const expressions = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr })),
);
/** Fills in Grafana's variables, assuming a scrape every second. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '10s').replaceAll('$__range', '1m');

describe('the dashboard', () => {
  it('should give each panel a description, a unique id and a query, and let no panels overlap', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { type, description, gridPos, targets } of dashboard.panels) {
      if (type !== 'row') {
        expect(description).toMatch(/\w{3}/);
        expect(targets).not.toEqual([]);
      }
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken).not.toContain(`${x},${y}`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
});

const programs = await ensurePrometheus(console.log);
if (!programs) console.log('The dashboard and rules were not checked, because Prometheus is not installed.');

describe.runIf(programs)('Prometheus with a running stack', () => {
  let stack: Stack;
  let prometheus: RunningPrometheus;
  const observers: Observer[] = [];
  const ending = new AbortController();
  let traffic: Promise<void> | undefined;

  const call = async (method: string, path: string, body?: object): Promise<void> => {
    await fetch(`${(stack.producers[0] as Pair).url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  };
  /** Repeatedly generates all kinds of normal activity. */
  const flow = async (): Promise<void> => {
    const bff = stack.bffs[0] as Pair;
    for (let n = 0; !ending.signal.aborted; n++) {
      const items = Array.from({ length: 5 }, (_, i) => ({ id: `n-${n}-${i}`, title: 'Busy' }));
      await call('POST', '/notifications', items);
      await call('POST', '/notifications', { id: `n-${n}-0`, title: 'Again' });
      await call('POST', '/notifications', { title: '' });
      const deliverAt = new Date(Date.now() + 300).toISOString();
      await call('POST', '/notifications', { id: `later-${n}`, title: 'Later', deliverAt });
      await call('DELETE', `/notifications/n-${n}-1?feed=all`);
      const socket = await connectTo(bff.url);
      const { epoch, offset } = (await socket.emitWithAck('subscribe', { feed: 'all' })) as {
        epoch: string;
        offset: number;
      };
      await socket.emitWithAck('subscribe', { feed: 'all', position: { epoch, offset } });
      socket.disconnect();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };

  beforeAll(async () => {
    if (!programs) return;
    // The fallback metrics exist only if there is a channels file.
    const file = join(mkdtempSync(join(tmpdir(), 'tocsin-away-')), 'away.json');
    const email = { from: 'Shop <no-reply@shop.example>' };
    writeFileSync(file, JSON.stringify({ publicUrl: 'https://inbox.example', email }));
    stack = await startStack({ bffEnv: { AWAY_FILE: file } });
    observers.push(...stack.bffs.map(({ name, url }) => new Observer(name, url)));
    await Promise.all(observers.map((observer) => observer.ready()));
    prometheus = await startPrometheus(programs.prometheus, stack);
    traffic = flow();
  });
  afterAll(async () => {
    ending.abort();
    await traffic;
    for (const observer of observers) observer.close();
    await prometheus?.stop();
    await stack?.stop();
  });

  it('should scrape all targets in prometheus.yml', async () => {
    await expect
      .poll(() => prometheus.query('sum by (job) (up)'))
      .toEqual(
        expect.arrayContaining([
          { labels: { job: 'producer' }, value: 1 },
          { labels: { job: 'bff' }, value: 2 },
          { labels: { job: 'sidecars' }, value: 3 },
        ]),
      );
  });

  it.each(expressions)('should have series for “$title”: $expr', async ({ expr }) => {
    const fault = faultFor(expr);
    if (fault) {
      // Check only that the expression is valid. It can have series even without a fault: for example, the store
      // rejects a head that another instance has already written.
      await expect(prometheus.query(filledIn(expr)), fault).resolves.toBeDefined();
      return;
    }
    await expect.poll(async () => (await prometheus.query(filledIn(expr))).length).toBeGreaterThan(0);
  });

  it('should have values above zero for deliveries and Redis memory', async () => {
    const valueOf = async (expr: string) => (await prometheus.query(expr))[0]?.value ?? 0;
    for (const expr of expressions.filter(({ title }) => title === 'From publisher to browser'))
      await expect.poll(() => valueOf(filledIn(expr.expr))).toBeGreaterThan(0);
    const used = await valueOf(
      'max(tocsin_bff_redis_memory_used_bytes / tocsin_bff_redis_memory_limit_bytes)',
    );
    expect(used).toBeGreaterThan(0);
    expect(used).toBeLessThan(0.5);
  });

  it('should evaluate every alert without errors, fire none, and have every metric that the alerts use', async () => {
    await expect.poll(async () => (await prometheus.rules()).every(({ evaluated }) => evaluated)).toBe(true);
    const rules = await prometheus.rules();
    expect(rules.length).toBeGreaterThan(5);
    for (const { name, health, lastError, state, query } of rules) {
      expect(health, `${name}: ${lastError}`).toBe('ok');
      // A brief peak makes an alert pending. The alert fires only if the peak lasts for the rule's `for` duration.
      expect(state, name).not.toBe('firing');
      for (const [metric] of query.matchAll(/\b(?:tocsin_\w+|up\b)/g)) {
        const found = await prometheus.query(`count(${metric})`);
        expect(found, `${metric} of ${name}`).not.toEqual([]);
      }
    }
  });

  it('should make an alert for a stopped sidecar pending, and show the sidecar on the dashboard', async () => {
    const pair = stack.bffs[1] as Pair;
    await pair.sidecar.kill();
    const stateOf = async (name: string) =>
      (await prometheus.rules()).find((rule) => rule.name === name)?.state;
    await expect.poll(() => stateOf('TocsinSidecarDown')).toBe('pending');
    const away = expressions.find(({ title }) => title === 'Not responding')?.expr ?? '';
    expect((await prometheus.query(away))[0]?.value).toBe(1);
  });
});

describe('the Grafana provisioning', () => {
  it('should include a data source and a dashboard provider', () => {
    for (const file of ['datasources/prometheus.yml', 'dashboards/tocsin.yml'])
      expect(existsSync(join(root, 'observability/grafana/provisioning', file))).toBe(true);
  });
});
