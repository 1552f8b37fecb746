import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const attributeSchema = z.object({
  key: z.string(),
  value: z.looseObject({ stringValue: z.string().optional() }),
});
const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().default(''),
              name: z.string(),
              startTimeUnixNano: z.string(),
              endTimeUnixNano: z.string(),
              attributes: z.array(attributeSchema).default([]),
              status: z.looseObject({ code: z.int().optional() }).default({}),
            }),
          ),
        }),
      ),
    }),
  ),
});

export interface ReceivedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  /** When the span started (nanoseconds since 1970). */
  from: bigint;
  to: bigint;
  /** In OTLP, 2 means an error. */
  status: number;
  attributes: Record<string, string | undefined>;
}

const stringsOf = (attributes: z.infer<typeof attributeSchema>[]) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));

/**
 * Receives spans as OTLP over HTTP: as JSON from our applications, and as protobuf from sidecars. It does not decode
 * protobuf.
 */
export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const protobufBodies: Buffer[] = [];
  const faults: unknown[] = [];
  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (request.headers['content-type'] === 'application/json') {
      for (const { resource, scopeSpans } of exportSchema.parse(JSON.parse(body.toString())).resourceSpans) {
        const service = stringsOf(resource.attributes)['service.name'] ?? '';
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
          const { traceId, spanId, parentSpanId, name, status } = span;
          spans.push({
            ...{ service, name, traceId, spanId, parentSpanId },
            from: BigInt(span.startTimeUnixNano),
            to: BigInt(span.endTimeUnixNano),
            status: status.code ?? 0,
            attributes: stringsOf(span.attributes),
          });
        }
      }
    } else protobufBodies.push(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      faults.push(error);
      response.writeHead(400).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    /** Errors from requests that couldn't be read. */
    faults,
    spansOf: (traceId: string): ReceivedSpan[] =>
      spans.filter((span) => span.traceId === traceId).sort((a, b) => Number(a.from - b.from)),
    /** True if a sidecar has sent a span of the trace. */
    hasSidecarSpan: (traceId: string): boolean => {
      const bytes = Buffer.from(traceId, 'hex');
      return protobufBodies.some((body) => body.includes(bytes));
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
export type OtlpReceiver = Awaited<ReturnType<typeof startOtlpReceiver>>;
