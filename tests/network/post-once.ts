import type { NotificationInput } from '@tocsin/contracts';

export interface PostResult {
  notification: NotificationInput & { id: string };
  status: number;
  /** The media type and ids in a response other than 202. */
  problem: { type: string; ids: unknown } | undefined;
  ms: number;
}

/** Posts a notification without retrying. */
export async function postOnce(
  url: string,
  notification: NotificationInput & { id: string },
): Promise<PostResult> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(notification),
    signal: AbortSignal.timeout(30_000),
  });
  const body = (await response.json()) as { ids?: unknown };
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  return {
    notification,
    status: response.status,
    problem: response.status === 202 ? undefined : { type, ids: body.ids },
    ms: Math.round(performance.now() - startedAt),
  };
}
