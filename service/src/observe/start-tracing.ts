import { hostname } from 'node:os';
import { pause } from '@tocsin/contracts/pause';
import type { Logger } from './log.ts';
import { useSpanSink } from './spans.ts';

/** Maximum time (ms) that an unavailable collector can delay a graceful shutdown. */
const LAST_SPANS_MS = 1_000;

export interface TracingConfig {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_TRACES_SAMPLER_ARG: number;
  PORT: number;
}

/**
 * Sends spans to the configured endpoint. Without an endpoint, records no spans and doesn't load OpenTelemetry.
 * Resolves with a function that sends the last spans and never rejects.
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
  log.info({ endpoint, ratio }, 'sending spans');
  return async () => {
    useSpanSink(undefined);
    const flushed = sink
      .stop()
      .catch((err: unknown) => log.info({ err }, 'cannot send the last spans; they are lost'));
    await Promise.race([flushed, pause(LAST_SPANS_MS)]);
  };
}
