import { describe, expect, it } from 'vitest';
import { changesOf } from './changelog.ts';
import { obstaclesOf, type ReleaseFacts } from './obstacles.ts';

const CHANGELOG = '# Changelog\n\n## Unreleased\n\n- new\n\n## 1.2.3 - 2026-11-01\n\n- old\n';

describe('the changes in a release', () => {
  it('should be the version’s section, or else the unreleased changes', () => {
    expect(changesOf(CHANGELOG, '1.2.3')).toBe('- old');
    expect(changesOf(CHANGELOG, '1.2.4')).toBe('- new');
    expect(() => changesOf('## Unreleased\n\n## 1.0.0 - 2026-01-01\n\n- a\n', '1.0.1')).toThrow(
      'is missing or empty',
    );
  });
});

describe('the list of obstacles to a release', () => {
  const ready: ReleaseFacts = {
    version: '1.2.3',
    changes: '',
    tags: ['v1.2.3'],
    changelog: CHANGELOG,
    dapr: { runtime: '1.18.1', cli: '1.16.5', digests: { 'daprd_linux_amd64.tar.gz': 'a'.repeat(64) } },
    repository: 'https://git.example.com/tocsin',
  };

  it('should be empty for a clean, tagged commit with all digests and a changelog section', () => {
    expect(obstaclesOf(ready)).toEqual([]);
  });

  it.each([
    ['uncommitted changes', { changes: ' M a' }, 'uncommitted'],
    ['no tag', { tags: ['v1.2.2'] }, 'no tag v1.2.3'],
    ['no dated section', { version: '1.2.4', tags: ['v1.2.4'] }, '## 1.2.4 - DATE'],
    [
      'an archive without a digest',
      { dapr: { ...ready.dapr, digests: { a: null } } },
      'Digests are missing for 1 of the Dapr',
    ],
    ['no repository', { repository: undefined }, '--repository'],
  ])('should include an obstacle for %s', (_, change, words) => {
    expect(obstaclesOf({ ...ready, ...change })).toEqual([expect.stringContaining(words)]);
  });
});
