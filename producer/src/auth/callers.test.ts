import { describe, expect, it } from 'vitest';
import { Callers, hashOf, parseApiKeys, type Caller } from './callers.ts';

const record = (members: object = {}) => ({
  name: 'shop',
  hash: hashOf('secret'),
  feeds: ['all'],
  perSecond: 5,
  ...members,
});
const parse = (...records: unknown[]) => parseApiKeys(JSON.stringify(records));

describe('the secret with the API keys', () => {
  it('should be parsed even if it contains no keys', () => {
    expect([...parse(record()).values()]).toEqual([record()]);
    expect(parse().size).toBe(0);
  });

  it.each<[string, unknown[], RegExp]>([
    ['a key in plain text', [record({ hash: 'secret' })], /0\.hash: must be 64 lowercase hexadecimal digits/],
    ['a hash in upper case', [record({ hash: hashOf('secret').toUpperCase() })], /0\.hash/],
    ['no feeds', [record({ feeds: [] })], /0\.feeds/],
    ['a feed that cannot exist', [record({ feeds: ['orders'] })], /0\.feeds\.0: must be all, topic/],
    ['* in the middle of a pattern', [record({ feeds: ['topic:a*b'] })], /0\.feeds\.0/],
    ['all*', [record({ feeds: ['all*'] })], /0\.feeds\.0/],
    ['a rate of 0', [record({ perSecond: 0 })], /0\.perSecond/],
    ['a fractional rate', [record({ perSecond: 0.5 })], /0\.perSecond/],
    ['an unknown member', [record({ key: 'secret' })], /0\.key: is not a known member/],
    ['a duplicate name', [record(), record({ hash: hashOf('b') })], /1\.name: is used by two keys/],
    ['the same key twice', [record(), record({ name: 'b' })], /1\.hash: is used by two keys/],
    ['two errors', [record({ perSecond: -1, name: '' })], /0\.name.*; 0\.perSecond|0\.perSecond.*; 0\.name/],
  ])('should be rejected if it contains %s', (_name, records, message) => {
    expect(() => parse(...records)).toThrow(message);
  });

  it('should be rejected if it isn’t JSON, with an error that doesn’t quote it', () => {
    expect(() => parseApiKeys('[{"hash":"abc"')).toThrow(
      /^The secret with the API keys is not valid JSON\.$/,
    );
    expect(() => parseApiKeys('{}')).toThrow('is invalid');
  });
});

describe('a caller', () => {
  it.each([
    [['all'], { all: true, 'topic:a': false, 'user:a': false }],
    [['topic:orders*'], { all: false, 'topic:orders': true, 'topic:orders-eu': true, 'topic:order': false }],
    [['topic:*'], { all: false, 'topic:a': true, 'user:a': false }],
    [['user:*', 'all'], { all: true, 'user:a': true, 'topic:a': false }],
    [['user:ada'], { 'user:ada': true, 'user:ada2': false }],
    [['*'], { all: true, 'topic:a': true, 'user:a': true }],
  ])('should be found by its key, and be allowed to write only to %j', (feeds, expected) => {
    const callers = new Callers({ keys: () => parse(record({ feeds })), now: () => 0 });
    const caller = callers.find('secret') as Caller;
    for (const [feed, may] of Object.entries(expected))
      expect([feed, caller.mayWrite(feed)]).toEqual([feed, may]);
    expect(callers.find('secre')).toBeUndefined();
    expect(callers.find(hashOf('secret'))).toBeUndefined();
  });

  it('should keep its rate-limit debt when the keys are reread, unless the limit has changed', () => {
    let perSecond = 5;
    const callers = new Callers({ keys: () => parse(record({ perSecond })), now: () => 0 });
    (callers.find('secret') as Caller).bucket.take(60);
    expect((callers.find('secret') as Caller).bucket.left).toBe(-10);
    perSecond = 6;
    expect((callers.find('secret') as Caller).bucket.left).toBe(60);
  });
});
