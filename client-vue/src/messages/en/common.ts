/** Strings used in several parts of the page. */
export const common = {
  feedOfAll: 'All',
  opensInNewTab: 'opens in a new tab',
};
