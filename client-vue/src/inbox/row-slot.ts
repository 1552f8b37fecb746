import type { Item } from '../stores/feeds/feed-log.ts';

/** Props of slots that replace a row's content. */
export interface RowSlotProps {
  item: Item;
  /** @deprecated Use `item`. */
  entry: Item;
  unread: boolean;
}
