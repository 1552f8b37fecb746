import { parseJson, type Fault } from '@tocsin/contracts';
import { isTooDeep, MAX_JSON_DEPTH } from '@tocsin/service';

export interface OpenedEnvelope {
  /** The attributes of the CloudEvent; empty for a raw payload. */
  event: Record<string, unknown>;
  data: unknown;
  /** The reasons why the data can't be read. If there are any, `data` contains only content that can be stored. */
  faults: Fault[];
  traceparent: string | undefined;
}

/**
 * Opens the envelope around messages that the sidecar delivers to a subscription with `rawPayload`. The message bytes
 * in `data_base64` are a CloudEvent, or the payload if the publisher uses `rawPayload=true`. If the subscription didn't
 * set `rawPayload`, the sidecar would treat every message as a CloudEvent, and lose the content of any message that
 * isn't one.
 */
export function openEnvelope(envelope: unknown): OpenedEnvelope {
  const outer = recordOf(envelope);
  const traceparent = typeof outer.traceparent === 'string' ? outer.traceparent : undefined;
  if (typeof outer.data_base64 !== 'string') return { ...openEvent(outer), traceparent };
  const text = decodeText(outer.data_base64);
  if (text === undefined) return { event: {}, ...decodeData(outer.data_base64), traceparent };
  const value = parseJson(text);
  const inner = recordOf(value);
  if (isTooDeep(value)) return { event: stringsOf(inner), data: text, faults: [TOO_DEEP], traceparent };
  if (typeof inner.specversion !== 'string') return { event: {}, ...parseData(text), traceparent };
  const innerTraceparent = typeof inner.traceparent === 'string' ? inner.traceparent : traceparent;
  return { ...openEvent(inner), traceparent: innerTraceparent };
}

/** Opens a CloudEvent. The data can be JSON, or JSON encoded as text or bytes. */
function openEvent(event: Record<string, unknown>): Omit<OpenedEnvelope, 'traceparent'> {
  const { data, data_base64: base64 } = event;
  return { event, ...(typeof base64 === 'string' ? decodeData(base64) : parseData(data)) };
}

function decodeData(base64: string): Pick<OpenedEnvelope, 'data' | 'faults'> {
  const text = decodeText(base64);
  if (text !== undefined) return parseData(text);
  return { data: base64, faults: [{ path: '', message: 'is not UTF-8; its bytes are stored as base64' }] };
}

function parseData(data: unknown): Pick<OpenedEnvelope, 'data' | 'faults'> {
  if (typeof data !== 'string')
    return isTooDeep(data) ? { data: null, faults: [TOO_DEEP] } : { data, faults: [] };
  const value = parseJson(data);
  if (value === undefined) return { data, faults: [{ path: '', message: 'is not JSON' }] };
  return isTooDeep(value) ? { data, faults: [TOO_DEEP] } : { data: value, faults: [] };
}

function decodeText(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The fault for deeply nested data. JSON.stringify could fail on such data, so Dapr would redeliver it forever. */
const TOO_DEEP: Fault = { path: '', message: `is nested more than ${MAX_JSON_DEPTH} levels deep` };

/** An event's string attributes. */
const stringsOf = (event: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(event).filter(([, value]) => typeof value === 'string'));

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
