import {
  isExpired,
  isQuiet,
  mayInterrupt,
  type Interruption,
  type LivePublication,
  type Preferences,
} from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import { quiet } from '../../messages/en/quiet.ts';
import { addEnglish, useMessages } from '../../messages/use-messages.ts';
import { useToasts } from '../../toasts/store.ts';
import type { Item } from '../feeds/feed-log.ts';
import { useDesktop } from './desktop.ts';
import { playTone } from './sound.ts';

/** Rules for interruptions. This module loads after the first view, before the first toast is shown. */

function mayInterruptAt(
  preferences: Preferences,
  { feed, notification }: Pick<Item, 'feed' | 'notification'>,
  at: number,
): Interruption {
  return mayInterrupt(preferences, { ...notification, feed, severity: severityOf(notification) }, at);
}

/**
 * Returns the publications that may interrupt the reader now and, separately, the publications held back by quiet
 * hours.
 */
export function splitByQuietHours<Publication extends LivePublication>(
  preferences: Preferences,
  feed: string,
  publications: readonly Publication[],
): { interrupting: Publication[]; held: Publication[] } {
  const now = Date.now();
  const interrupting: Publication[] = [];
  const held: Publication[] = [];
  for (const publication of publications) {
    const { notification } = publication;
    if (isExpired(notification, now)) continue;
    const decision = mayInterruptAt(preferences, { feed, notification }, now);
    if (decision.interrupt) interrupting.push(publication);
    else if (decision.why === 'quiet') held.push(publication);
  }
  return { interrupting, held };
}

/** Whether the reader may be told now that notifications of the feed are missing or were erased. */
export const mayReportGap = (preferences: Preferences, feed: string): boolean =>
  // Ignore muted severities, because missing notifications can have any severity.
  mayInterrupt({ ...preferences, severities: [] }, { feed, severity: 'info' }).interrupt;

/** Whether quiet hours held the item back when it arrived. */
export function isHeldBack(preferences: Preferences, item: Item): boolean {
  const decision = mayInterruptAt(preferences, item, item.time);
  return !decision.interrupt && decision.why === 'quiet';
}

/** Shows toasts and desktop notifications and plays the sound according to the reader's preferences. */
export function interrupt(
  { sound }: Preferences,
  feed: string,
  publications: readonly LivePublication[],
): void {
  if (publications.length === 0) return;
  useToasts().show(feed, publications);
  useDesktop().show(feed, publications);
  if (sound) playTone();
}

export const isQuietNow = ({ quietHours }: Preferences): boolean =>
  quietHours !== null && isQuiet(quietHours, Date.now());

/**
 * Shows a single toast for all notifications held back by quiet hours. `more` means that there might be more than
 * `count`.
 */
export function showSummary(count: number, more: boolean): void {
  addEnglish({ quiet });
  useToasts().announce(useMessages().texts.quiet.came(count, more));
}
