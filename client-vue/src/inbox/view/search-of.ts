import type { View } from './use-view.ts';

/** The part of a view that goes on at its end; `undefined` where the list of older notifications does. */
export function searchOf(view: View) {
  const { isPlain, searchStatus, more, loadMore } = view;
  if (isPlain || searchStatus === 'unavailable' || searchStatus === 'failed') return undefined;
  return { more, isBusy: searchStatus === 'searching', loadMore };
}
