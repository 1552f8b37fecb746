import { isExpired, isQuiet, mayInterrupt, type LivePublication, type Preferences } from '@tocsin/contracts';
import { severityOf } from '../../format/severity.ts';
import { quiet } from '../../messages/en/quiet.ts';
import { addEnglish, useMessages } from '../../messages/use-messages.ts';
import { useToasts } from '../../toasts/store.ts';
import { useDesktop } from './desktop.ts';
import { playTone } from './sound.ts';

/** Rules for interruptions. This module loads before the first notification is shown. */

/** Splits publications into those that may interrupt the reader now and those that quiet hours hold back. */
export function splitByQuietHours(
  preferences: Preferences,
  feed: string,
  publications: readonly LivePublication[],
): { loud: LivePublication[]; quiet: LivePublication[] } {
  const loud: LivePublication[] = [];
  const held: LivePublication[] = [];
  for (const publication of publications) {
    const { notification } = publication;
    if (isExpired(notification, Date.now())) continue;
    const asked = { ...notification, feed, severity: severityOf(notification) };
    const answer = mayInterrupt(preferences, asked);
    if (answer.interrupt) loud.push(publication);
    else if (answer.why === 'quiet') held.push(publication);
  }
  return { loud, quiet: held };
}

/** Shows toasts and desktop notifications and plays the sound, according to the reader's preferences. */
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

/** Shows one toast for everything that quiet hours have held back. */
export function showSummary(count: number): void {
  addEnglish({ quiet });
  useToasts().announce(useMessages().texts.quiet.came(count));
}
