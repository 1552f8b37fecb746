import { ROOT_CONTEXT, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { SpanSink } from '../observe/spans.ts';
import { VERSION } from '../process/version.ts';

export interface OtelOptions {
  service: string;
  /** URL of a collector that accepts OTLP over HTTP, for example `http://localhost:4318`. */
  endpoint: string;
  /** Share of new traces to record. Traces that the caller has sampled are always recorded. */
  ratio: number;
  instance: string;
}

/** Sends spans to a collector with OpenTelemetry, batched and in the background. */
export function otelSpanSink({ service, endpoint, ratio, instance }: OtelOptions): SpanSink {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.version': VERSION,
      'service.instance.id': instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({
          url: `${endpoint.replace(/(?<!\/)\/+$/, '')}/v1/traces`,
          timeoutMillis: 5_000,
        }),
        { scheduledDelayMillis: 1_000 },
      ),
    ],
  });
  const tracer = provider.getTracer('tocsin', VERSION);
  return {
    open(name, parent) {
      const span = tracer.startSpan(name, {}, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      const flags = traceFlags.toString(16).padStart(2, '0');
      return { traceparent: `00-${traceId}-${spanId}-${flags}`, end: (error) => end(span, error) };
    },
    record({ name, parent, from, to, attributes, error }) {
      end(tracer.startSpan(name, { startTime: from, attributes }, contextOf(parent)), error, to);
    },
    stop: () => provider.shutdown(),
  };
}

function end(span: Span, error: unknown, at?: number): void {
  if (error !== undefined) {
    const message = error instanceof Error ? error.message : undefined;
    span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }
  span.end(at);
}

/** A remote parent's context. An invalid traceparent starts a new trace. */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags ?? '', 16), isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}
