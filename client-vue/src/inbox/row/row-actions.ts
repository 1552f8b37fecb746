import type { Item } from '../../stores/feeds/feed-log.ts';

/** Actions on a row's notifications. `menu` opens the overflow menu next to the button. */
export type RowAction = 'read' | 'unread' | 'dismiss' | 'restore' | 'menu' | 'open';

export type OnRowAction = (action: RowAction, items: readonly Item[], button: HTMLElement | null) => void;
