import { changePreferences } from '@tocsin/client';
import { isInForce, type MutedUntil, type Preferences } from '@tocsin/contracts';
import { defineStore } from '../define-store.ts';
import { useClock } from '../clock.ts';
import { useSource } from '../source.ts';
import { usePreferences } from './preferences.ts';

/** The lists of muted feeds, severities, sources and categories. */
export type MuteList = 'feeds' | 'severities' | 'sources' | 'categories';

/** Removes the item from the list or, if missing, adds it. */
export const toggled = <T>(list: readonly T[], item: T): T[] =>
  list.includes(item) ? list.filter((other) => other !== item) : [...list, item];

/** Applies preference changes immediately, then saves them to the server sequentially. */
export const usePreferenceChanges = defineStore(() => {
  const store = usePreferences();
  /** The reader who made the last change. The queue contains only this reader's changes. */
  let owner: unknown;
  let queue: Promise<unknown> = Promise.resolve();

  async function change(changed: Partial<Preferences>): Promise<void> {
    const settle = store.edit(changed);
    const { call, current } = useSource();
    // Capture the reader now. Someone else could be signed in by the time the earlier changes have been saved.
    const reader = current();
    if (reader !== owner) queue = Promise.resolve();
    owner = reader;
    const save = () =>
      call((url, clientId, options) => changePreferences(url, clientId, changed, options), {}, reader);
    const saving = queue.then(save);
    queue = saving.catch(() => undefined);
    try {
      await saving;
      settle(true);
    } catch (error) {
      settle(false);
      console.warn('Could not save the preferences. They apply to this page only.', error);
    }
  }

  const inForce = (): readonly MutedUntil[] =>
    (store.preferences.mutedUntil ?? []).filter((mute) => isInForce(mute, useClock().now));
  /** When a mute ends (RFC 3339). `undefined` if it has no end or the name isn't muted. */
  const mutedUntil = (list: MuteList, name: string): string | undefined =>
    inForce().find((mute) => mute.list === list && mute.name === name)?.until;
  const isMuted = (list: MuteList, name: string): boolean =>
    store.preferences[list].some((muted) => muted === name) || mutedUntil(list, name) !== undefined;

  /** Toggles the mute for a name in a list. New mutes are indefinite. Also lifts temporary mutes. */
  function toggle(list: MuteList, name: string): Promise<void> {
    if (mutedUntil(list, name) === undefined)
      return change({ [list]: toggled<string>(store.preferences[list], name) });
    const others = store.preferences[list].filter((muted) => muted !== name);
    return change({ [list]: others, mutedUntil: without(list, name) });
  }

  const without = (list: MuteList, name: string): MutedUntil[] =>
    inForce().filter((mute) => mute.list !== list || mute.name !== name);

  /** Mutes a name until a given time, when the server ends the mute on all devices. */
  const muteUntil = (list: MutedUntil['list'], name: string, until: Date): Promise<void> =>
    change({ mutedUntil: [...without(list, name), { list, name, until: until.toISOString() }] });

  return { change, toggle, muteUntil, mutedUntil, isMuted };
});
