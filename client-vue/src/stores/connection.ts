import { ClientError, ProblemError, type ClientStatus } from '@tocsin/client';
import { computed, ref, shallowReactive } from 'vue';
import { useMessages } from '../messages/use-messages.ts';
import { defineStore } from './define-store.ts';
import { useItems } from './feeds/items.ts';

/**
 * The connection state that bell, inbox and page show. Extends the client's status with `unreachable` (the device is
 * online, but the server doesn't respond) and `refused` (the server denies access to every feed).
 */
export type ConnectionState = ClientStatus | 'unreachable' | 'refused';

/**
 * Whether the server rejected the reader's identity, over HTTP or the socket. Forbidden feeds are reported separately.
 */
const isRefusal = (error: unknown): error is ClientError =>
  error instanceof ClientError &&
  (error.code === 'unauthorized' || (error instanceof ProblemError && error.status === 401));

export const useConnection = defineStore(() => {
  /** The feeds that the page shows. */
  const feeds = ref<readonly string[]>([]);
  const client = ref<ClientStatus>('connecting');
  /** Whether the device is online, as far as the browser knows. */
  const online = ref(true);
  /** Feeds that are neither acknowledged nor refused yet. */
  const awaited = shallowReactive(new Set<string>());
  /** The reasons for permanently refused feeds. */
  const refused = ref<string[]>([]);
  /** Why the server denies access to every feed. */
  const denied = ref<string>();
  /** Whether the newest page currently fails to load over REST. */
  const pageFailed = ref(false);
  /** The status to show. Not `live` until the server has answered for every feed. */
  const status = computed<ClientStatus>(() =>
    client.value === 'live' && awaited.size > 0 ? 'connecting' : client.value,
  );

  const state = computed<ConnectionState>(() => {
    if (feeds.value.length > 0 && refused.value.length === feeds.value.length) return 'refused';
    if (status.value === 'live') return 'live';
    if (!online.value) return 'offline';
    if (denied.value !== undefined) return 'refused';
    const isUnreachable = status.value === 'offline' || (status.value === 'connecting' && pageFailed.value);
    return isUnreachable ? 'unreachable' : status.value;
  });

  /** The server's reasons for denying access, in its own words. */
  const reason = computed(() => refused.value.join(' ') || (denied.value ?? ''));

  const text = computed(() => {
    const { connection } = useMessages().texts;
    if (state.value === 'refused') return connection.refused(reason.value);
    if (state.value !== 'live') return connection[state.value];
    if (refused.value.length > 0) return connection.someRefused(reason.value);
    return pageFailed.value ? connection.olderFailed : connection.live;
  });

  /** The placeholder that a list shows instead of rows. */
  const placeholder = computed<'none' | 'loading' | 'empty' | 'offline' | 'unreachable' | 'refused'>(() => {
    const { items, loaded } = useItems();
    if (items.length > 0) return 'none';
    if (state.value === 'refused') return 'refused';
    if (loaded.size > 0 && !pageFailed.value) return 'empty';
    if (state.value === 'offline') return 'offline';
    return state.value === 'unreachable' || pageFailed.value ? 'unreachable' : 'loading';
  });

  /** Records an error if it means that the reader's access is denied. */
  function failed(error: unknown): void {
    if (isRefusal(error)) denied.value = error.message;
  }

  function reset(following: readonly string[]): void {
    feeds.value = following;
    client.value = 'connecting';
    awaited.clear();
    refused.value = [];
    denied.value = undefined;
    pageFailed.value = false;
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
    awaited,
    refused,
    pageFailed,
  };
  return { ...data, failed, changed, reset };
});
