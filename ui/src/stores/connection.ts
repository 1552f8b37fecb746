import type { ClientStatus } from '@tocsin/client';
import { defineStore } from 'pinia';
import { ref } from 'vue';

export const useConnection = defineStore('connection', () => {
  const status = ref<ClientStatus>('connecting');
  /** Why a feed is refused for good; empty otherwise. */
  const refused = ref<string[]>([]);
  /** The newest page cannot be read over REST just now. */
  const pageFailed = ref(false);
  return { status, refused, pageFailed };
});
