import { describe, expect, it } from 'vitest';
import { mayRead } from './may-read.ts';

const user = (sub: string, ...feeds: string[]) => ({ sub, feeds, roles: [], expiresAt: 0 });

describe('mayRead', () => {
  it.each([
    ['all', user('a'), true],
    ['user:a', user('a'), true],
    ['user:b', user('a', '*'), false],
    ['user:A', user('a'), false],
    ['user:a ', user('a'), false],
    ['user:a*', user('a'), false],
    ['user:ab', user('a*'), false],
    ['topic:orders', user('a'), false],
    ['topic:orders', user('a', 'orders'), true],
    ['topic:orders2', user('a', 'orders'), false],
    ['topic:orders2', user('a', 'orders*'), true],
    ['topic:orders', user('a', 'orders*'), true],
    ['topic:order', user('a', 'orders*'), false],
    ['topic:Orders', user('a', 'orders*'), false],
    ['topic:x', user('a', '*'), true],
    ['topic:x', user('a', 'topic:x'), false],
    ['topic:axb', user('a', 'a.b'), false],
  ])('should let the token decide who can read %s', (feed, identity, expected) => {
    expect(mayRead(identity, feed)).toBe(expected);
  });

  it('should let everyone read all feeds if tokens are not required', () => {
    for (const feed of ['all', 'user:a', 'topic:x']) expect(mayRead(undefined, feed)).toBe(true);
  });
});
