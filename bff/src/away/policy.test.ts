import { expect, it } from 'vitest';
import { notificationOf } from '../../testing/away/messages.ts';
import { policyOf } from './policy.ts';

const via = (name: string) => [{ after: 'PT1M', via: name }];

it('should apply the first policy with matching feeds, severities and categories', () => {
  const policy = policyOf([
    { feeds: ['user:b*'], severities: ['error'], categories: ['billing'], fallback: via('all-three') },
    { categories: ['billing'], fallback: via('category') },
    { severities: ['error', 'warning'], fallback: via('severity') },
    { feeds: ['user:ben'], fallback: via('feed') },
  ]);
  const appliedTo = (notification: object) =>
    policy(notificationOf('x', { feed: 'user:ada', ...notification })).map((fallback) => fallback.via);
  const billing = { severity: 'error', category: 'billing' };
  expect(appliedTo({ ...billing, feed: 'user:ben' })).toEqual(['all-three']);
  expect(appliedTo(billing)).toEqual(['category']);
  expect(appliedTo({ severity: 'warning' })).toEqual(['severity']);
  expect(appliedTo({ severity: 'warning', category: 'other' })).toEqual(['severity']);
  expect(appliedTo({ feed: 'user:ben' })).toEqual(['feed']);
  expect(appliedTo({})).toEqual([]);
});
