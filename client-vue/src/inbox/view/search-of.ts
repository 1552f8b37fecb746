import type { View } from './use-view.ts';

/** The part of a view that loads more at its end; `undefined` if the list of older notifications does. */
export function searchOf(view: View) {
  const { isPlain, searchStatus, more, loadMore } = view;
  if (isPlain || searchStatus === 'unavailable' || searchStatus === 'failed') return undefined;
  return { more, isBusy: searchStatus === 'searching', loadMore };
}
