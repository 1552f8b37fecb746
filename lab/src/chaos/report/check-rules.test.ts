import { expect, it } from 'vitest';
import type { Rule } from '../clients/changes.ts';
import { brokenRules, lateness } from './check-rules.ts';

const watcher = (shown: [id: string, at: number][], gone: string[] = []) => ({
  name: 'one',
  feed: 'all',
  shown: shown.map(([id, at], index) => ({ id, at, epoch: 'e', offset: index + 1 })),
  gone: gone.map((id) => ({ id, reason: 'retracted' as const, at: 0 })),
  gaps: [],
});
const rules = new Map<string, Rule>([
  ['scheduled', { feed: 'all', kind: 'scheduled', notBefore: 100, mustShow: true }],
  ['cancelled', { feed: 'all', kind: 'cancelled', notBefore: 100, mustNotShow: true, mustRemove: true }],
  ['retracted', { feed: 'all', kind: 'retracted', mustRemove: true }],
  ['expiring', { feed: 'all', kind: 'expiring', notAfter: 100 }],
]);

it('should accept notifications that follow the rules, and notifications without rules', () => {
  const correct = watcher(
    [
      ['scheduled', 120],
      ['retracted', 5],
      ['expiring', 99],
      ['other', 1],
    ],
    ['retracted'],
  );
  expect(brokenRules(correct, rules)).toEqual([]);
  expect(lateness(correct, rules)).toEqual([20]);
});

it('should report each broken rule', () => {
  const broken = watcher([
    ['scheduled', 90],
    ['cancelled', 200],
    ['retracted', 5],
    ['expiring', 101],
  ]);
  expect(brokenRules(broken, rules)).toEqual([
    'scheduled was shown 10 ms too early',
    'cancelled was shown although it had been retracted',
    'retracted was retracted but is still on the screen',
    'expiring was shown 1 ms too late',
  ]);
});
