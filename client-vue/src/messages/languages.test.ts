import { describe, expect, it } from 'vitest';
import { loaderFor, localeFor } from './languages.ts';

describe('loaderFor', () => {
  it('should find a language by its tag, whatever its region and case', async () => {
    expect((await loaderFor('de-AT')?.())?.bell.title).toBe('Benachrichtigungen');
    expect(loaderFor('DE')).toBeDefined();
    expect(loaderFor('en')).toBeUndefined();
    expect(loaderFor('constructor')).toBeUndefined();
  });
});

describe('localeFor', () => {
  it.each([
    ['en', ['fr', 'en-GB'], 'en-GB'],
    ['de', ['en-GB'], 'de'],
    ['de-CH', ['de-DE'], 'de-CH'],
    ['not a tag', ['de'], 'en'],
    ['', ['de'], 'en'],
  ])('should give the page in %j to a reader with %j dates in %s', (language, ofReader, locale) => {
    expect(localeFor(language, ofReader)).toBe(locale);
  });
});
