export const common = {
  feedOfAll: 'All',
  opensInNewTab: 'opens in a new tab',
};
