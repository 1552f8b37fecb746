import type { Page } from '@tocsin/contracts';
import {
  fetchPage,
  type FetchPageOptions,
  type NotificationClient,
  type NotificationClientOptions,
  type PageRequest,
} from '@tocsin/client';
import { inTime } from '@tocsin/contracts/pause';
import { defineStore } from './define-store.ts';

/** Timeout for `getToken` (ms). */
const TOKEN_MS = 10_000;

/** The server for REST calls and the reader's credentials. */
export type Source = Pick<NotificationClientOptions, 'url' | 'getToken' | 'clientId'> & {
  pushWorker?: () => Promise<ServiceWorkerRegistration>;
  /** Sends the session's marks. `undefined` once the session has ended. */
  client?: Pick<NotificationClient, 'mark'>;
};

/**
 * Wraps a session's `getToken`. After the session has ended, returns its last token, for changes that are still
 * pending: `getToken` might already return the next reader's token.
 */
export function tokenUntil(
  sessionEnd: AbortSignal,
  getToken: NonNullable<Source['getToken']>,
): () => Promise<string | undefined> {
  let last: string | undefined;
  return async () => {
    if (sessionEnd.aborted) return last;
    const token = await getToken();
    // The session might have ended by now.
    return sessionEnd.aborted ? last : (last = token);
  };
}

/**
 * Calls the client's REST functions with the reader's credentials. Rethrows errors from the functions and from
 * `getToken`.
 */
export const useSource = defineStore(() => {
  let source: Source = { url: '' };

  async function withToken<T extends FetchPageOptions>(options: T, { getToken } = source): Promise<T> {
    const token = await inTime(getToken?.(), TOKEN_MS);
    return token === undefined ? options : { ...options, token };
  }

  return {
    set(next: Source): void {
      source = next;
    },
    hasPushWorker: (): boolean => source.pushWorker !== undefined,
    /** Registers the page's service worker for push. Rejects if the page has none. */
    async registerPushWorker(): Promise<ServiceWorkerRegistration> {
      if (!source.pushWorker) throw new Error('This page has no service worker for push.');
      return source.pushWorker();
    },
    async page(request: PageRequest, options: FetchPageOptions = {}): Promise<Page> {
      const { url, clientId } = source;
      return fetchPage(
        url,
        clientId === undefined ? request : { ...request, clientId },
        await withToken(options),
      );
    },
    /** The server and the current reader's credentials, for a queued `call`. */
    current: (): Source => source,
    async call<T>(
      request: (url: string, clientId: string | undefined, options: FetchPageOptions) => Promise<T>,
      options: FetchPageOptions = {},
      reader = source,
    ): Promise<T> {
      return request(reader.url, reader.clientId, await withToken(options, reader));
    },
  };
});
