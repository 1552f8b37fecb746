import { expect, it } from 'vitest';
import { matchesWords } from './matches-words.ts';

const notification = {
  title: 'Straße gesperrt',
  body: 'Zoë’s office is affected',
  source: 'roads',
  category: 'traffic',
  actions: [{ label: 'Détour', link: 'https://example.com' }],
};

it.each([
  'strasse',
  'STRASSE',
  'STRAẞE',
  'straße',
  'zoe office',
  'ZOË',
  'oﬃce',
  'roads',
  'Traffic detour',
  ' ',
])('should find %j, ignoring case, accents and ligatures', (q) => {
  expect(matchesWords(q)(notification)).toBe(true);
});

it('should not find a notification that lacks one of the words', () => {
  expect(matchesWords('strasse open')(notification)).toBe(false);
});
