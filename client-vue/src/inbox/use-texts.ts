import { computed, type ComputedRef } from 'vue';
import { inbox } from '../messages/en/inbox.ts';
import { preferences } from '../messages/en/preferences.ts';
import type { Messages } from '../messages/messages.ts';
import { addEnglish, useMessages } from '../messages/use-messages.ts';

let isAdded = false;

/** Strings for the parts of the inbox that load after the list. */
export function useTexts(): ComputedRef<Messages['inbox']> {
  if (!isAdded) addEnglish({ inbox, preferences });
  isAdded = true;
  return computed(() => useMessages().texts.inbox);
}
