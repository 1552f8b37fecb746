export const colors = {
  ink: '#1f2328',
  ours: '#2f6fde',
  oursLight: '#a8c7fa',
  others: '#a9b1bd',
  othersLight: '#d8dde4',
  system: '#f2e3c6',
};

export const svgText = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
