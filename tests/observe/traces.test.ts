import { randomBytes } from 'node:crypto';
import { Observer } from '@tocsin/lab';
import { startStack, type Pair, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/observe/otlp-receiver.ts';

const STEPS = ['produce', 'deposit', 'announce', 'receive', 'turn', 'commit', 'broadcast', 'claim'];
const CALLER = 'b7ad6b7169203331';

let receiver: OtlpReceiver;
let stack: Stack;
let observers: Observer[];

const newTrace = (flags: string) => {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, traceparent: `00-${traceId}-${CALLER}-${flags}` };
};
const post = async (id: string, headers: Record<string, string> = {}): Promise<void> => {
  const response = await fetch(`${(stack.producers[0] as Pair).url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ id, title: id }),
  });
  expect(response.status).toBe(202);
};
const namesOf = (traceId: string): string[] => receiver.spansOf(traceId).map(({ name }) => name);
const spanOf = (traceId: string, name: string): ReceivedSpan => {
  const found = receiver.spansOf(traceId).find((span) => span.name === name);
  if (!found) throw new Error(`${traceId} has no span ${name}`);
  return found;
};
/** Resolves when the trace contains each step once. */
const untilComplete = (traceId: string) =>
  expect.poll(() => namesOf(traceId).sort()).toEqual([...STEPS].sort());

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  stack = await startStack({
    // With a share of 0, the applications start no traces themselves: they record only requests with a sampled trace.
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER_ARG: '0' },
    secrets: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
    },
  });
  observers = stack.bffs.map(({ name, url }) => new Observer(name, url));
  await Promise.all(observers.map((observer) => observer.ready()));
});
afterAll(async () => {
  for (const observer of observers ?? []) observer.close();
  await stack?.stop();
  await receiver?.stop();
});

describe('a notification with a sampled trace', () => {
  const { traceId, traceparent } = newTrace('01');

  it('should have a single trace with all steps below the caller’s span', async () => {
    await post('traced', { traceparent });
    await untilComplete(traceId);
    const produce = spanOf(traceId, 'produce');
    expect(produce.parentSpanId).toBe(CALLER);
    for (const name of STEPS.slice(1)) expect(spanOf(traceId, name).parentSpanId).toBe(produce.spanId);
    for (const [index, name] of STEPS.entries())
      expect(spanOf(traceId, name).service).toBe(index < 3 ? 'producer' : 'bff');
    expect(receiver.spansOf(traceId).map(({ status }) => status)).toEqual(STEPS.map(() => 0));
  });

  it('should show the steps in order, with commit and broadcast inside the turn', () => {
    for (const [before, after] of [
      ['produce', 'deposit'],
      ['deposit', 'announce'],
      ['announce', 'receive'],
      ['receive', 'turn'],
      ['turn', 'commit'],
      ['commit', 'broadcast'],
      ['broadcast', 'claim'],
    ] as const)
      expect(spanOf(traceId, after).from, after).toBeGreaterThanOrEqual(spanOf(traceId, before).from);
    expect(spanOf(traceId, 'announce').from).toBeGreaterThanOrEqual(spanOf(traceId, 'deposit').to);
    for (const name of ['commit', 'broadcast'])
      expect(spanOf(traceId, name).to).toBeLessThanOrEqual(spanOf(traceId, 'turn').to);
  });

  it('should include the sidecars’ calls in the same trace', async () => {
    await expect.poll(() => receiver.hasSidecarSpan(traceId)).toBe(true);
  });
});

it('should not trace a notification if its request has an unsampled trace or none', async () => {
  const { traceId, traceparent } = newTrace('00');
  await post('unsampled', { traceparent });
  await post('without');
  const last = newTrace('01');
  await post('last', { traceparent: last.traceparent });
  await untilComplete(last.traceId);
  expect(receiver.faults).toEqual([]);
  expect(namesOf(traceId)).toEqual([]);
  expect(new Set(receiver.spans.map((span) => span.traceId)).size).toBe(2);
});

it('should give each request a complete trace, including when requests share an entry and a turn', async () => {
  const traces = Array.from({ length: 12 }, () => newTrace('01'));
  await Promise.all(traces.map(({ traceparent }, n) => post(`together-${n}`, { traceparent })));
  for (const { traceId } of traces) await untilComplete(traceId);
  const entries = traces.map(({ traceId }) => spanOf(traceId, 'deposit').attributes['tocsin.entry']);
  expect(new Set(entries).size).toBeLessThan(traces.length);
});
