import { ClientError, ProblemError, type ClientStatus } from '@tocsin/client';
import { computed, ref, shallowReactive } from 'vue';
import { useMessages } from '../messages/use-messages.ts';
import { defineStore } from './define-store.ts';
import { useItems } from './feeds/items.ts';

/**
 * The connection state shown by the bell, the inbox and the page. Extends the client's status with `unreachable` (the
 * device is online but the server doesn't respond), `refused` (the server denies access to every feed) and
 * `incomplete` (new notifications arrive but the newest page can't be loaded).
 */
export type ConnectionState = ClientStatus | 'unreachable' | 'refused' | 'incomplete';

/** The placeholder shown in a list without rows. */
export type Placeholder = 'loading' | 'empty' | 'offline' | 'unreachable' | 'refused' | 'incomplete';

/**
 * Whether the server rejected the reader's identity, over HTTP or the socket. Forbidden feeds are reported separately.
 */
const isRefusal = (error: unknown): error is ClientError =>
  error instanceof ClientError &&
  (error.code === 'unauthorized' || (error instanceof ProblemError && error.status === 401));

export const useConnection = defineStore(() => {
  const feeds = ref<readonly string[]>([]);
  const client = ref<ClientStatus>('connecting');
  /** Whether the browser considers the device online. */
  const online = ref(true);
  /** Feeds that have neither caught up nor been refused yet. */
  const pending = shallowReactive(new Set<string>());
  /** Permanently refused feeds, mapped to the server's reason. */
  const refused = shallowReactive(new Map<string, string>());
  /** Why the server denies access to every feed. */
  const denied = ref<string>();
  /**
   * Feeds whose newest page currently can't be loaded over REST, mapped to the server's reason if access was denied.
   */
  const failedPages = shallowReactive(new Map<string, string | undefined>());
  const pageFailed = computed(() => failedPages.size > 0);
  const denialReason = computed(
    () => denied.value ?? [...failedPages.values()].find((reason) => reason !== undefined),
  );
  /** The status to show. Not `live` until the server has responded for every feed. */
  const status = computed<ClientStatus>(() =>
    client.value === 'live' && pending.size > 0 ? 'connecting' : client.value,
  );

  const state = computed<ConnectionState>(() => {
    if (feeds.value.length > 0 && refused.size === feeds.value.length) return 'refused';
    if (status.value === 'live' && !pageFailed.value) return 'live';
    if (status.value !== 'live' && !online.value) return 'offline';
    if (denialReason.value !== undefined) return 'refused';
    if (status.value === 'live') return 'incomplete';
    const isUnreachable = status.value === 'offline' || (status.value === 'connecting' && pageFailed.value);
    return isUnreachable ? 'unreachable' : status.value;
  });

  /** The server's reasons for denying access, verbatim. */
  const reason = computed(() => [...refused.values()].join(' ') || (denialReason.value ?? ''));

  const text = computed(() => {
    const { connection } = useMessages().texts;
    if (state.value === 'refused') return connection.refused(reason.value);
    if (state.value === 'incomplete') return connection.olderFailed;
    if (state.value === 'live' && refused.size > 0) return connection.someRefused(reason.value);
    return connection[state.value];
  });

  /** The placeholder to show instead of rows. `none` if there are rows. */
  const placeholder = computed<'none' | Placeholder>(() => {
    const { items, loaded } = useItems();
    if (items.length > 0) return 'none';
    if (state.value === 'refused') return 'refused';
    if (loaded.size > 0 && !pageFailed.value) return 'empty';
    if (state.value === 'offline' || state.value === 'incomplete') return state.value;
    return state.value === 'unreachable' || pageFailed.value ? 'unreachable' : 'loading';
  });

  /** Records an error if it means that the reader is denied access. */
  function failed(error: unknown): void {
    if (isRefusal(error)) denied.value = error.message;
  }

  function pageLoaded(feed: string): void {
    failedPages.delete(feed);
  }

  /**
   * Records that a feed's newest page failed to load. Ignores refused feeds, which have no page. Returns whether
   * retrying is pointless.
   */
  function pageNotLoaded(feed: string, error: unknown): boolean {
    if (refused.has(feed)) return true;
    failedPages.set(feed, isRefusal(error) ? error.message : undefined);
    return error instanceof ProblemError && !!error.problem && [400, 403].includes(error.status);
  }

  function refuse(feed: string, why: string): void {
    pending.delete(feed);
    failedPages.delete(feed);
    refused.set(feed, why);
  }

  function reset(followed: readonly string[]): void {
    feeds.value = followed;
    client.value = 'connecting';
    pending.clear();
    refused.clear();
    denied.value = undefined;
    failedPages.clear();
  }

  function changed(now: ClientStatus): void {
    client.value = now;
    if (now === 'live') denied.value = undefined;
  }

  const data = {
    feeds,
    client,
    online,
    status,
    state,
    text,
    reason,
    placeholder,
    pending,
    refused,
    pageFailed,
  };
  return { ...data, failed, pageLoaded, pageNotLoaded, refuse, changed, reset };
});
