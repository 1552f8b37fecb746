import type { LivePublication, Severity } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetStores } from '../stores/define-store.ts';
import { useAnnouncements } from './announcements.ts';
import { TOAST_MS, useToasts } from './store.ts';

vi.mock('./adapter.ts', () => ({ LEAVE_MS: 250 }));

const publication = (n: number, severity: Severity = 'info'): LivePublication => ({
  offset: n,
  notification: { id: `n${n}`, feed: 'all', severity, title: `t${n}`, createdAt: '2026-01-01T00:00:00Z' },
});
const many = (count: number, severity?: Severity) =>
  Array.from({ length: count }, (_, n) => publication(n + 1, severity));

const onScreen = new Set<string>();
let most = 0;

beforeEach(() => {
  vi.useFakeTimers();
  forgetStores();
  onScreen.clear();
  most = 0;
  useToasts().renderWith({
    show: ({ key }) => {
      onScreen.add(key);
      most = Math.max(most, onScreen.size);
    },
    hide: (key) => onScreen.delete(key),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('useToasts', () => {
  it('should show each of ten in turn, three at a time, and say each once', () => {
    const toasts = useToasts();
    toasts.show('all', many(10));
    expect(onScreen.size).toBe(3);
    vi.advanceTimersByTime(TOAST_MS * 2 + 1000);
    expect(useAnnouncements().polite).toHaveLength(9);
    vi.advanceTimersByTime(TOAST_MS * 3);
    expect(toasts.any).toBe(false);
    expect(most).toBe(3);
  });

  it('should take those of a feed off the screen and out of the queue when it is erased', () => {
    const toasts = useToasts();
    toasts.show('all', many(5, 'error'));
    toasts.show('topic:all', [publication(9, 'error')]);
    toasts.clear('all');
    vi.advanceTimersByTime(1000);
    expect([...onScreen]).toEqual(['topic:all/n9']);
  });

  it('should keep errors until they are dismissed', () => {
    const toasts = useToasts();
    toasts.show('all', many(1, 'error'));
    vi.advanceTimersByTime(TOAST_MS * 100);
    expect(onScreen.size).toBe(1);
    toasts.dismiss('all/n1');
    expect(onScreen.size).toBe(0);
  });

  it('should stand still while it is paused', () => {
    const toasts = useToasts();
    toasts.pause('hidden');
    toasts.show('all', many(2));
    vi.advanceTimersByTime(TOAST_MS * 10);
    expect(onScreen.size).toBe(2);
    toasts.resume('hidden');
    vi.advanceTimersByTime(TOAST_MS);
    expect(onScreen.size).toBe(0);
  });

  it('should count the rest of a burst and forget the number when all is over', () => {
    const toasts = useToasts();
    toasts.show('all', many(500));
    expect(toasts.visible).toBe(3);
    expect(toasts.more).toBe(497);
    expect(useAnnouncements().polite.at(-1)?.text).toBe('And 497 more notifications');
    vi.advanceTimersByTime(TOAST_MS * 2 + 1000);
    expect(toasts.any).toBe(false);
  });

  it('should say warnings and errors at once and the others politely', () => {
    useToasts().show('all', [publication(1, 'error'), publication(2, 'warning'), publication(3, 'success')]);
    const { assertive, polite } = useAnnouncements();
    expect(assertive.map(({ text }) => text)).toEqual(['Error: t1', 'Warning: t2']);
    expect(polite.map(({ text }) => text)).toEqual(['Success: t3']);
  });

  it('should take what is gone off the screen and out of the queue', () => {
    const toasts = useToasts();
    toasts.show('all', many(4));
    toasts.remove('all', ['n1', 'n4']);
    vi.advanceTimersByTime(1000);
    expect([...onScreen]).toEqual(['all/n2', 'all/n3']);
  });

  it('should tell in one toast what was missed', () => {
    useToasts().summarise({ feed: 'all', count: 12, gap: false });
    expect(useAnnouncements().polite[0]?.text).toBe('12 while you were away');
  });

  it('should leave out what has expired', () => {
    const { notification, offset } = publication(1);
    useToasts().show('all', [
      { offset, notification: { ...notification, expiresAt: '2026-01-02T00:00:00Z' } },
    ]);
    expect(onScreen.size).toBe(0);
  });
});
