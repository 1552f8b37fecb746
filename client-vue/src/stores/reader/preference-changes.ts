import { changePreferences } from '@tocsin/client';
import { isInForce, type MutedUntil, type Preferences } from '@tocsin/contracts';
import { defineStore } from '../define-store.ts';
import { useClock } from '../clock.ts';
import { useSource } from '../source.ts';
import { useNotice } from './notice.ts';
import { usePreferences, type PreferenceChange } from './preferences.ts';

/** The lists of muted feeds, severities, sources and categories. */
export type MuteList = 'feeds' | 'severities' | 'sources' | 'categories';

/** Returns the list with the item at the end, or without the item. */
export const withItem = <T>(list: readonly T[], item: T, isIn: boolean): T[] => [
  ...list.filter((other) => other !== item),
  ...(isIn ? [item] : []),
];

const inForce = ({ mutedUntil = [] }: Preferences): readonly MutedUntil[] =>
  mutedUntil.filter((mute) => isInForce(mute, useClock().now));
const withoutMute = (preferences: Preferences, list: MuteList, name: string): MutedUntil[] =>
  inForce(preferences).filter((mute) => mute.list !== list || mute.name !== name);

/**
 * Applies preference changes immediately, then saves them to the server sequentially. The server replaces whole lists,
 * so a change is saved only after the stored lists have been loaded.
 */
export const usePreferenceChanges = defineStore(() => {
  const store = usePreferences();
  /** The reader who made the last change. The queue contains only this reader's changes. */
  let owner: unknown;
  let queue: Promise<unknown> = Promise.resolve();

  /** Resolves with whether the change was saved. */
  async function edit(change: PreferenceChange): Promise<boolean> {
    const edited = store.edit(change);
    const { call, current } = useSource();
    // Capture the reader now. Someone else could be signed in by the time the earlier changes have been saved.
    const reader = current();
    if (reader !== owner) queue = Promise.resolve();
    owner = reader;
    const save = async () => {
      if (!(await edited.loaded)) throw new Error('The session ended before the preferences were loaded.');
      const { values } = edited;
      await call((url, clientId, options) => changePreferences(url, clientId, values, options), {}, reader);
      return values;
    };
    const saving = queue.then(save);
    queue = saving.catch(() => undefined);
    try {
      store.settle(edited, await saving);
      return true;
    } catch (error) {
      store.settle(edited);
      console.warn('Could not save the preferences. They apply to this page only.', error);
      return false;
    }
  }

  const change = (values: Partial<Preferences>): Promise<boolean> => edit(() => values);

  /** Returns when a mute ends (RFC 3339), or `undefined` if it has no end or the name isn't muted. */
  const mutedUntil = (list: MuteList, name: string): string | undefined =>
    inForce(store.preferences).find((mute) => mute.list === list && mute.name === name)?.until;
  const isMuted = (list: MuteList, name: string): boolean =>
    store.preferences[list].some((muted) => muted === name) || mutedUntil(list, name) !== undefined;

  /** Toggles the mute for a name in a list. New mutes are indefinite. Also lifts temporary mutes. */
  function toggle(list: MuteList, name: string): Promise<boolean> {
    const isMuting = !isMuted(list, name);
    return edit((now) => {
      const timed = withoutMute(now, list, name);
      return {
        [list]: withItem<string>(now[list], name, isMuting),
        ...(!isMuting && timed.length < inForce(now).length && { mutedUntil: timed }),
      };
    });
  }

  /** Mutes a name. At the given time, the server ends the mute on all devices. */
  const muteUntil = (list: MutedUntil['list'], name: string, until: Date): Promise<boolean> =>
    edit((now) => ({
      mutedUntil: [...withoutMute(now, list, name), { list, name, until: until.toISOString() }],
    }));

  /**
   * Mutes a source until a given time. Without a time, toggles the source's mute. Shows a notice if the change can't be
   * saved, because the components that call this don't show `failed`.
   */
  async function muteSource(source: string, until?: Date): Promise<void> {
    const { current } = useSource();
    const reader = current();
    const isSaved = await (until ? muteUntil('sources', source, until) : toggle('sources', source));
    if (!isSaved && current() === reader) useNotice().show('unsaved', 1);
  }

  return { edit, change, toggle, muteUntil, muteSource, mutedUntil, isMuted };
});
