import { describe, expect, it } from 'vitest';
import { en } from './en/index.ts';
import { late } from './en/late.ts';
import { loaderFor, localeFor } from './languages.ts';
import { addEnglish, useMessages } from './use-messages.ts';

describe('loaderFor', () => {
  it('should find a language by tag, ignoring region and case', async () => {
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
  ])(
    'should return the locale for a page in %j and a reader who prefers %j: %s',
    (language, readerLocales, locale) => {
      expect(localeFor(language, readerLocales)).toBe(locale);
    },
  );
});

it('should have all strings in German and let a page override strings', async () => {
  const german = await loaderFor('de')?.();
  expect(Object.keys(german ?? {}).sort()).toEqual(Object.keys({ ...en, ...late }).sort());
  const messages = useMessages();
  messages.use({ language: 'en', messages: { bell: { title: 'Inbox' } } });
  expect(messages.texts.bell.title).toBe('Inbox');
  expect(messages.texts.bell.noneUnread).toBe(en.bell.noneUnread);
  addEnglish({ card: late.card });
  expect(messages.texts.card.times(3)).toBe('3 times');
});
