import { onScopeDispose, watch } from 'vue';
import { useReader } from '../../stores/reader/reader.ts';
import { useUnread } from '../../stores/reader/unread.ts';

/**
 * Marks all notifications as seen, including later arrivals, but only while the reader can see the list. Hidden
 * notifications stay unseen because marking one as seen can cancel its fallback.
 */
export function useMarkSeen(isListShown: () => boolean): void {
  const unread = useUnread();
  const reader = useReader();
  const page = globalThis.document as Document | undefined;

  function markSeen(): void {
    if (page?.hidden === false && isListShown()) reader.markSeen();
  }

  watch([() => unread.unseen, isListShown], markSeen, { immediate: true });
  page?.addEventListener('visibilitychange', markSeen);
  onScopeDispose(() => page?.removeEventListener('visibilitychange', markSeen));
}
