import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Observer } from '@tocsin/lab';
import { ensurePrometheus, startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const START = fileURLToPath(new URL('../../tools/start.mjs', import.meta.url));
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const ID = 'order-4711';

let stack: Stack;
let observers: Observer[];
let producer: Pair;

const post = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${producer.url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'debug' } });
  producer = stack.producers[0] as Pair;
  observers = stack.bffs.map(({ name, url }) => new Observer(name, url));
  await Promise.all(observers.map((observer) => observer.ready()));
  const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`;
  expect((await post({ id: ID, title: 'Traced' }, { traceparent })).status).toBe(202);
  const others = ['other-1', 'other-2', 'other-1'];
  for (const id of others) expect((await post({ id, title: id })).status).toBe(202);
  await Promise.all(observers.map((observer) => observer.untilShown([ID, 'other-1', 'other-2'])));
});
afterAll(async () => {
  for (const observer of observers) observer.close();
  await stack.stop();
});

function run(command: string, args: string[], input = ''): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
    child.stdin.end(input);
  });
}

const logOf = ({ name }: Pair): string[] =>
  readFileSync(join(stack.logDir, `${name}.log`), 'utf8')
    .split('\n')
    .filter(Boolean);

describe('a notification’s logs', () => {
  const traced = (lines: string[]) => lines.filter((line) => line.includes(`"traceId":"${TRACE_ID}"`));

  // A push can arrive before the corresponding log lines are in the file.
  beforeAll(() =>
    vi.waitFor(
      () => {
        expect(traced(logOf(producer)).join('\n')).toContain('announce done');
        expect(traced(stack.bffs.flatMap(logOf)).join('\n')).toContain('committed and broadcast');
        for (const bff of stack.bffs)
          expect(logOf(bff).join('\n')).toMatch(new RegExp(`"pushed".*${ID}|${ID}.*"pushed"`));
      },
      { timeout: 20_000 },
    ),
  );

  it('should contain the POST’s trace at every step, from acceptance to commit', async () => {
    const accepted = traced(logOf(producer));
    expect(
      accepted.filter((line) => line.includes('"notifications accepted"') && line.includes(ID)),
    ).toHaveLength(1);
    expect(accepted.join('\n')).toMatch(/deposit done[^]*announce done/);
    const hops = traced(stack.bffs.flatMap(logOf));
    expect(hops.filter((line) => line.includes('"received"'))).toHaveLength(1);
    const committed = hops.filter((line) => line.includes('committed and broadcast'));
    expect(committed).toHaveLength(1);
    expect(committed[0]).toContain(`"ids":["${ID}"]`);
  });

  it('should be shown by npm run tail from POST to push on both instances, without unrelated lines', async () => {
    const file = join(stack.logDir, 'all.log');
    const all = [producer, ...stack.bffs].flatMap((pair) =>
      logOf(pair).map((line) => `== APP - ${pair.name} == ${line}`),
    );
    writeFileSync(file, `${all.join('\n')}\n`);
    const { code, output } = await run(process.execPath, [START, 'tail', ID, '--log', file, '--once']);
    expect(code, output).toBe(0);
    for (const step of ['accepted', 'deposit done', 'announce done', 'received', 'committed and broadcast'])
      expect(output).toContain(step);
    for (const { name } of stack.bffs) expect(output).toMatch(new RegExp(`${name} +\\| pushed .*${ID}`));
    expect(output).not.toContain('other-');
  });
});

describe('/metrics', () => {
  const metricsOf = async ({ url }: Pair): Promise<string> => (await fetch(`${url}/metrics`)).text();
  const helpOf = (text: string, name: string) => new RegExp(`^# HELP ${name} (.+)$`, 'm').exec(text)?.[1];
  const valueOf = (text: string, series: string) =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${series} `))
      .map((line) => Number(line.split(' ')[1]))[0];

  it.each([
    ['accepted notifications', 'producer', 'tocsin_producer_notifications_accepted_total', 'counter'],
    ['deposits and announcements', 'producer', 'tocsin_producer_entry_steps_total', 'counter'],
    ['event loop lag', 'producer', 'nodejs_eventloop_lag_seconds', 'gauge'],
    ['pushed publications', 'bff', 'tocsin_bff_publications_pushed_total', 'counter'],
    ['suppressed duplicates', 'bff', 'tocsin_bff_notifications_suppressed_total', 'counter'],
    ['redelivered announcements', 'bff', 'tocsin_bff_announcements_redelivered_total', 'counter'],
    ['set-aside entries', 'bff', 'tocsin_bff_entries_set_aside_total', 'counter'],
    ['dead letters', 'bff', 'tocsin_bff_dead_letters_total', 'counter'],
    ['subscriptions', 'bff', 'tocsin_bff_subscriptions_total', 'counter'],
    ['connections', 'bff', 'tocsin_bff_connections', 'gauge'],
    ['delivery latency', 'bff', 'tocsin_bff_delivery_latency_seconds', 'histogram'],
    ['event loop lag', 'bff', 'nodejs_eventloop_lag_seconds', 'gauge'],
  ])('should contain %s for the %s, with a help text', async (_, side, name, type) => {
    const text = await metricsOf(side === 'producer' ? producer : (stack.bffs[0] as Pair));
    expect(helpOf(text, name)).toMatch(/\w{3}/);
    expect(text).toContain(`# TYPE ${name} ${type}`);
  });

  it('should count notifications, steps and connections', async () => {
    const sum = async (series: string, pairs: Pair[]) =>
      (await Promise.all(pairs.map(metricsOf)))
        .map((text) => valueOf(text, series) ?? 0)
        .reduce((total, value) => total + value, 0);
    expect(await sum('tocsin_producer_notifications_accepted_total', [producer])).toBe(4);
    expect(await sum('tocsin_producer_entry_steps_total{step="deposit"}', [producer])).toBe(4);
    await expect.poll(() => sum('tocsin_bff_notifications_suppressed_total', stack.bffs)).toBe(1);
    expect(await sum('tocsin_bff_publications_pushed_total', stack.bffs)).toBe(2 * 3);
    expect(await sum('tocsin_bff_connections', stack.bffs)).toBe(2);
    expect(await sum('tocsin_bff_delivery_latency_seconds_count', stack.bffs)).toBe(2 * 3);
  });

  it('should be accepted by promtool', { timeout: 180_000 }, async () => {
    const promtool = (await ensurePrometheus(console.log))?.promtool;
    if (!promtool) return console.log('/metrics was not checked, because promtool is not installed.');
    for (const pair of [producer, ...stack.bffs]) {
      const { code, output } = await run(promtool, ['check', 'metrics'], await metricsOf(pair));
      expect(output, pair.name).toBe('');
      expect(code).toBe(0);
    }
  });
});
