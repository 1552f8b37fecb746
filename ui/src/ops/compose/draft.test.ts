import { notificationInputSchema } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { bodyOf, emptyDraft, previewOf, type Draft } from './draft.ts';

it('should omit empty fields, except the title', () => {
  expect(bodyOf(emptyDraft())).toEqual({ title: '' });
});

it('should include every notification field', () => {
  const full: Draft = {
    ...{ title: 'a', body: 'b', severity: 'error', feed: 'topic:x', link: '/x', source: 's' },
    ...{ actions: [{ label: 'l', link: '/l' }], collapseKey: 'k', id: 'i' },
    ...{ category: 'c', icon: 'bell' },
    ...{ deliverAt: '2999-01-01T10:00', expiresAt: '2999-01-01T11:00:30' },
    fallback: 'PT5M push, PT1H email',
  };
  const body = bodyOf(full);
  expect(Object.keys(body).sort()).toEqual(Object.keys(notificationInputSchema.shape).sort());
  expect(body['fallback']).toEqual([
    { after: 'PT5M', via: 'push' },
    { after: 'PT1H', via: 'email' },
  ]);
  expect(body['expiresAt']).toBe(new Date(2999, 0, 1, 11, 0, 30).toISOString());
});

it('should leave an invalid time for the server to reject', () => {
  expect(bodyOf({ ...emptyDraft(), title: 'x', deliverAt: 'soon' })).toEqual({
    title: 'x',
    deliverAt: 'soon',
  });
});

it('should preview an incomplete notification', () => {
  const draft = { ...emptyDraft(), actions: [{ label: '', link: '' }] };
  expect(previewOf(draft, 0, 'Title')).toEqual({
    ...{ id: 'preview', feed: 'all', severity: 'info', title: 'Title', actions: [] },
    createdAt: '1970-01-01T00:00:00.000Z',
  });
});

it('should preview all content that readers see', () => {
  const draft = { ...emptyDraft(), source: 's', category: 'c', icon: 'bell', link: '/x', collapseKey: 'k' };
  const { source, category, icon, link, ...others } = previewOf(draft, 0, 'Title');
  expect({ source, category, icon, link }).toEqual({ source: 's', category: 'c', icon: 'bell', link: '/x' });
  expect(others).not.toHaveProperty('collapseKey');
});
