import type { Publication } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { createIconFilter } from './icons.ts';

const withIcon = (icon?: string): Publication => ({
  offset: 1,
  notification: {
    ...{ id: 'n', feed: 'all', severity: 'info', title: 'Paid', createdAt: '2026-06-01T10:00:00Z' },
    ...(icon !== undefined && { icon }),
  },
});
const CDN = 'https://cdn.example.com';

it('should keep icon names, but images only from allowed origins', () => {
  const allowed = [withIcon(), withIcon('money'), withIcon(`${CDN}/a.png`)];
  const disallowed = ['https://other.example.com/a.png', `${CDN}.evil.example/a.png`, `${CDN}:8443/a.png`];
  const filtered = createIconFilter([CDN]);
  expect(filtered(allowed)).toEqual(allowed);
  expect(filtered(disallowed.map(withIcon))).toEqual(disallowed.map(() => withIcon()));
});

it('should remove all images if no origins are allowed', () => {
  const gone: Publication = { offset: 2, notification: null, id: 'n', gone: 'retracted' };
  expect(createIconFilter([])([withIcon(`${CDN}/a.png`), withIcon('money'), gone])).toEqual([
    withIcon(),
    withIcon('money'),
    gone,
  ]);
});
