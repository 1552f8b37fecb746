import { hostname } from 'node:os';
import { pause } from '@tocsin/contracts/pause';
import type { Logger } from './log.ts';
import { useSpanSink } from './spans.ts';

/** A collector that is away must not hold up a graceful stop for longer, in ms. */
const LAST_SPANS_MS = 1_000;

export interface TracingConfig {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_TRACES_SAMPLER_ARG: number;
  PORT: number;
}

/**
 * Sends spans where the settings say; without an address none is made, and OpenTelemetry is not even loaded. Resolves
 * with what hands over the last ones; that does not reject.
 */
export async function startTracing(
  service: string,
  config: TracingConfig,
  log: Logger,
): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio, PORT } = config;
  if (endpoint === undefined) return () => Promise.resolve();
  const { otelSpanSink } = await import('../otel/span-sink.ts');
  const sink = otelSpanSink({ service, endpoint, ratio, instance: `${hostname()}:${PORT}` });
  useSpanSink(sink);
  log.info({ endpoint, ratio }, 'spans are sent');
  return async () => {
    useSpanSink(undefined);
    const sent = sink.stop().catch((err: unknown) => log.info({ err }, 'the last spans could not be sent'));
    await Promise.race([sent, pause(LAST_SPANS_MS)]);
  };
}
