import { AsyncLocalStorage } from 'node:async_hooks';
import { randomId } from '../random-id.ts';

const storage = new AsyncLocalStorage<string | undefined>();

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const ID_BYTES = 24;

/** Creates an unsampled trace context. Only the span sink decides which traces are sampled. */
export function newTraceparent(): string {
  const ids = randomId(ID_BYTES, 'hex');
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-00`;
}

/** Runs `work` in the trace of `traceparent`, or in a new trace if `traceparent` is missing or invalid. */
export const withTrace = <T>(traceparent: string | undefined, work: () => T): T =>
  storage.run(traceparent && TRACEPARENT.test(traceparent) ? traceparent : newTraceparent(), work);

/** Runs `work` outside any trace. Use it for long-lived work that a traced request starts. */
export const withoutTrace = <T>(work: () => T): T => storage.run(undefined, work);

/** The current W3C trace context, to be sent with outgoing calls. */
export const currentTraceparent = (): string | undefined => storage.getStore();

export const currentTraceId = (): string | undefined => storage.getStore()?.split('-')[1];
