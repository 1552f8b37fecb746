import { afterEach, expect, it } from 'vitest';
import type { SpanSink } from '../observe/spans.ts';
import { otelSpanSink } from './span-sink.ts';

const sinks: SpanSink[] = [];
/** This endpoint has no listener, so the spans are dropped. */
const sinkWith = (ratio: number): SpanSink => {
  const sink = otelSpanSink({ service: 'producer', endpoint: 'http://127.0.0.1:9', ratio, instance: 'a' });
  sinks.push(sink);
  return sink;
};
afterEach(async () => {
  await Promise.allSettled(sinks.splice(0).map((sink) => sink.stop()));
});

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';

it('should sample new traces at the configured ratio', () => {
  expect(sinkWith(1).open('produce', undefined).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(sinkWith(0).open('produce', undefined).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(sinkWith(0).open('produce', 'no trace').traceparent).toMatch(/-00$/);
});

it("should follow the caller's sampling decision regardless of the ratio", () => {
  const [, traceId] = PARENT.split('-');
  const sampled = sinkWith(0).open('produce', `${PARENT}-01`).traceparent;
  expect(sampled).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(sampled).not.toContain('b7ad6b7169203331');
  expect(sinkWith(1).open('produce', `${PARENT}-00`).traceparent).toMatch(
    new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
  );
});
