import type { Agent, Dispatcher } from 'undici';
import webPush from 'web-push';
import type { Channel, PushSubscription, SendResult } from '../channel.ts';
import { PUSH } from '../traits.ts';
import { reasonOf, SEND_TIMEOUT_MS, sendWithin } from '../send-within.ts';
import type { Templates } from '../../templates/templates.ts';
import { endpointOf, NotPublicError, publicAgent } from './endpoint.ts';
import { pushOf, type Push } from './payload.ts';
import { vapidSchema, type Vapid } from './vapid.ts';

export interface PushOptions {
  vapid: Vapid;
  /** A push's title is the subject rendered from these templates. */
  templates: Pick<Templates, 'subject'>;
  /** Also sends to push services on this machine and doesn't require TLS. For tests only. Default: false. */
  allowLoopback?: boolean | undefined;
  timeoutMs?: number | undefined;
  now?: () => number;
}

/** Maximum devices per push. The newest subscriptions win. */
const MAX_DEVICES = 20;
const MAX_RESPONSE_BYTES = 16 * 1024;
const DISCARD_MS = 2_000;

type DeviceResult = SendResult | { outcome: 'gone'; reason: string };

/**
 * Creates a channel that sends Web Push to all of a reader's devices in parallel. If any device's push service accepts
 * the push, the result is `sent`, and the push is not retried for unavailable devices. `gone` lists subscriptions that
 * can never work (404, 410, invalid keys, or not a push service address). Not repeatable: a repeated push replaces the
 * first push on the screen or in the push service's queue. But if the reader has dismissed the first push, it
 * reappears.
 * @throws Error if the VAPID keys are invalid
 */
export function createPushChannel(options: PushOptions): Channel & { close(): Promise<void> } {
  const { templates, allowLoopback = false, timeoutMs = SEND_TIMEOUT_MS, now = Date.now } = options;
  const vapid = vapidSchema.parse(options.vapid);
  const agent = publicAgent();
  const send = (subscription: PushSubscription, push: Push): Promise<DeviceResult> => {
    const endpoint = endpointOf(subscription.endpoint, allowLoopback);
    if (!endpoint) return Promise.resolve({ outcome: 'gone', reason: 'The endpoint is not a push service' });
    let request;
    try {
      request = requestOf(endpoint, subscription, push, vapid);
    } catch (error) {
      return Promise.resolve({ outcome: 'gone', reason: reasonOf(error) });
    }
    return post(agent, endpoint, request, timeoutMs);
  };
  return {
    ...PUSH,
    send: async (message, contacts) => {
      const devices = contacts.push.slice(-MAX_DEVICES);
      try {
        const push = pushOf(message, templates.subject(message), now());
        const results = await Promise.all(devices.map((device) => send(device, push)));
        return combineResults(devices, results);
      } catch (error) {
        return { outcome: 'refused', reason: reasonOf(error) };
      }
    },
    close: () => agent.close(),
  };
}

/**
 * Encrypts the payload for the subscription and signs the request.
 * @throws Error if the subscription's keys are invalid
 */
function requestOf(endpoint: URL, { keys }: PushSubscription, push: Push, vapidDetails: Vapid) {
  const { headers, body } = webPush.generateRequestDetails({ endpoint: endpoint.href, keys }, push.payload, {
    vapidDetails,
    TTL: push.ttl,
    urgency: push.urgency,
    topic: push.topic,
    contentEncoding: 'aes128gcm',
  });
  return { headers: headers as Record<string, string>, body };
}

async function post(
  agent: Agent,
  { origin, pathname, search }: URL,
  { headers, body }: ReturnType<typeof requestOf>,
  timeoutMs: number,
): Promise<DeviceResult> {
  const timedOut: SendResult = {
    outcome: 'unknown',
    reason: `The push service took longer than ${timeoutMs} ms`,
  };
  let gone: DeviceResult | undefined;
  const result = await sendWithin(
    timeoutMs,
    () => timedOut,
    async (signal) => {
      try {
        const path = `${pathname}${search}`;
        const response = await agent.request({ origin, path, method: 'POST', headers, body, signal });
        const { statusCode } = response;
        const reason = `The push service returned ${statusCode}`;
        if (statusCode === 404 || statusCode === 410) gone = { outcome: 'gone', reason };
        await discard(response.body);
        return resultOf(statusCode, reason);
      } catch (error) {
        return resultOfError(error);
      }
    },
  );
  return gone ?? result;
}

/**
 * Drains the response so that the connection can be reused. Gives up if the response is too large or takes too long.
 */
async function discard(body: Dispatcher.ResponseData['body']): Promise<void> {
  try {
    await body.dump({ limit: MAX_RESPONSE_BYTES, signal: AbortSignal.timeout(DISCARD_MS) });
  } catch {
    // Ignore the error. The status has already decided the outcome.
    body.destroy();
  }
}

function resultOf(status: number, reason: string): SendResult {
  if (status >= 200 && status < 300) return { outcome: 'sent' };
  if (status === 429 || status >= 500) return { outcome: 'unavailable', reason };
  return { outcome: 'refused', reason };
}

/** Errors before the request was sent. After any other error, the push service might have received it. */
const NOT_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_)/;

function resultOfError(error: unknown): SendResult {
  const { code = '' } = error as { code?: string };
  const reason = reasonOf(error);
  if (error instanceof NotPublicError) return { outcome: 'refused', reason };
  return { outcome: NOT_CONNECTED.test(code) ? 'unavailable' : 'unknown', reason };
}

/** Combines the devices' results. The best result wins. `unknown` ranks above `unavailable`. */
function combineResults(devices: readonly PushSubscription[], results: readonly DeviceResult[]): SendResult {
  const gone = devices
    .filter((_, index) => results[index]?.outcome === 'gone')
    .map(({ endpoint }) => endpoint);
  const withGone = gone.length > 0 && { gone };
  if (results.some(({ outcome }) => outcome === 'sent')) return { outcome: 'sent', ...withGone };
  for (const outcome of ['unknown', 'unavailable'] as const) {
    const result = results.find((each) => each.outcome === outcome);
    if (result && 'reason' in result) return { outcome, reason: result.reason };
  }
  const [first] = results;
  const reason = first && 'reason' in first ? first.reason : 'The reader has no device';
  return { outcome: 'refused', reason, ...withGone };
}
