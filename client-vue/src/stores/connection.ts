import { ClientError, ProblemError, type ClientStatus } from '@tocsin/client';
import { computed, ref, shallowReactive } from 'vue';
import { useMessages } from '../messages/use-messages.ts';
import { defineStore } from './define-store.ts';
import { useItems } from './feeds/items.ts';

/**
 * The connection state shown by bell, inbox and page. Adds to the client's status: `unreachable`, if the server does
 * not answer although the device is online; `refused`, if the server refuses the reader everywhere.
 */
export type ConnectionState = ClientStatus | 'unreachable' | 'refused';

/**
 * The server did not accept the reader's identity, over HTTP or the socket. A forbidden feed is reported separately.
 */
const isRefusal = (error: unknown): error is ClientError =>
  error instanceof ClientError &&
  (error.code === 'unauthorized' || (error instanceof ProblemError && error.status === 401));

export const useConnection = defineStore(() => {
  /** The feeds that the page follows. */
  const feeds = ref<readonly string[]>([]);
  const client = ref<ClientStatus>('connecting');
  /** Whether the device is online, as far as the browser knows. */
  const online = ref(true);
  /** Feeds that are neither acknowledged nor refused yet. */
  const awaited = shallowReactive(new Set<string>());
  /** The reasons of finally refused feeds. */
  const refused = ref<string[]>([]);
  /** The reason why the reader is refused everywhere. */
  const denied = ref<string>();
  /** The newest page cannot be loaded over REST right now. */
  const pageFailed = ref(false);
  /** The status to show: not live before every feed has answered. */
  const status = computed<ClientStatus>(() =>
    client.value === 'live' && awaited.size > 0 ? 'connecting' : client.value,
  );

  const state = computed<ConnectionState>(() => {
    if (feeds.value.length > 0 && refused.value.length === feeds.value.length) return 'refused';
    if (status.value === 'live') return 'live';
    if (!online.value) return 'offline';
    if (denied.value !== undefined) return 'refused';
    const isGivenUp = status.value === 'offline' || (status.value === 'connecting' && pageFailed.value);
    return isGivenUp ? 'unreachable' : status.value;
  });

  /** The server's reasons for refusing, in its own words. */
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

  /** Records a failure if it means that the reader is refused. */
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
