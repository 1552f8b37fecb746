import type { ClientStatus } from '../../index.ts';
import { computed, ref, shallowReactive } from 'vue';
import { defineStore } from './define-store.ts';

export const useConnection = defineStore(() => {
  /** The feeds that the page follows. */
  const feeds = ref<readonly string[]>([]);
  const client = ref<ClientStatus>('connecting');
  /** Feeds that were neither acknowledged nor refused yet. */
  const awaited = shallowReactive(new Set<string>());
  /** Why a feed is refused for good; empty otherwise. */
  const refused = ref<string[]>([]);
  /** The newest page cannot be read over REST just now. */
  const pageFailed = ref(false);
  /** What the page shows: not live before every feed has answered. */
  const status = computed<ClientStatus>(() =>
    client.value === 'live' && awaited.size > 0 ? 'connecting' : client.value,
  );
  function reset(following: readonly string[]): void {
    feeds.value = following;
    client.value = 'connecting';
    awaited.clear();
    refused.value = [];
    pageFailed.value = false;
  }

  return { reset, feeds, client, status, awaited, refused, pageFailed };
});
