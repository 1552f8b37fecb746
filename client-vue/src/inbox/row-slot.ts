import type { Item } from '../stores/feeds/feed-log.ts';

/** Props of the slots that replace the content of a row. */
export interface RowSlotProps {
  item: Item;
  /** @deprecated Use `item`. */
  entry: Item;
  unread: boolean;
}
