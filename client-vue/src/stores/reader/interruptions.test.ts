import { DEFAULT_PREFERENCES, type LivePublication } from '@tocsin/contracts';
import { nextTick } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at, useFreshStores } from '../../../testing/stores.ts';
import { useToasts } from '../../toasts/store.ts';
import { useClock } from '../clock.ts';
import { useConnection } from '../connection.ts';
import { forgetStores } from '../define-store.ts';
import { MAX_ITEMS, useItems } from '../feeds/items.ts';
import { useInterruptions } from './interruptions.ts';
import { useMarks } from './marks.ts';
import { usePreferences } from './preferences.ts';
import { useReader } from './reader.ts';

useFreshStores();
beforeEach(() => {
  vi.useFakeTimers();
});
let closePage = (): void => undefined;
afterEach(() => {
  closePage();
  vi.useRealTimers();
});

const NIGHT = { from: '22:00', to: '07:00', timeZone: 'UTC', allow: ['error' as const] };
const EVENING = '2026-06-01T22:30:00Z';
const MORNING = '2026-06-02T07:00:10Z';

/** Returns a notification that has the id `n<offset>` and was created at `time`. */
const publishedAt = (time: string, offset: number, more = {}): LivePublication => ({
  offset,
  notification: { ...at(offset).notification, createdAt: time, ...more },
});
const evening = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => publishedAt(EVENING, first + n));
const titles = () => useToasts().view.cards.map(({ title }) => title);

interface PageOptions {
  /** The notifications on the newest page. */
  stored?: readonly LivePublication[];
  presenting?: () => boolean;
  isLive?: boolean;
  hasPreferences?: boolean;
}

const loadPreferences = (): void =>
  usePreferences().applyChange({ ...DEFAULT_PREFERENCES, quietHours: NIGHT });

/** Opens the page in a new tab, or reloads it. */
function openPage(time: string, options: PageOptions = {}): void {
  const { stored = [], presenting = () => true, isLive = true, hasPreferences = true } = options;
  closePage();
  vi.setSystemTime(time);
  forgetStores();
  useConnection().reset(['all']);
  if (isLive) useConnection().changed('live');
  if (hasPreferences) loadPreferences();
  closePage = useInterruptions().start(presenting);
  useItems().add('all', { epoch: 'e', publications: stored });
  useReader().initFeed('all', { epoch: 'e', offset: 0 });
  useInterruptions().check();
}

function arrive(publications: readonly LivePublication[]): void {
  useItems().add('all', { epoch: 'e', publications });
  useInterruptions().notify('all', publications, true);
}

function checkAt(time: string): void {
  vi.setSystemTime(time);
  useInterruptions().check();
}

it('should notify once if a snooze ends and the page is reloaded, but again after another snooze', () => {
  const snoozed = evening(1, 2);
  const endAt = (until: string) => {
    useInterruptions().notify(
      'all',
      snoozed.map((publication) => ({ ...publication, until })),
      true,
    );
    return titles().toSorted();
  };
  openPage('2026-06-01T12:00:00Z', { stored: snoozed });
  expect(endAt('2026-06-01T12:00:00Z')).toEqual(['n1', 'n2']);
  openPage('2026-06-01T12:01:00Z', { stored: snoozed });
  expect(endAt('2026-06-01T12:00:00Z')).toEqual([]);
  expect(endAt('2026-06-01T12:01:00Z')).toEqual(['n1', 'n2']);
  openPage('2026-06-02T06:59:59Z', { stored: snoozed });
  expect(endAt('2026-06-02T06:59:59Z')).toEqual([]);
  openPage(MORNING, { stored: snoozed });
  expect(endAt('2026-06-02T06:59:59Z')).toEqual(expect.arrayContaining(['n1', 'n2']));
});

describe('notifications held back by quiet hours', () => {
  it('should be summarized once, across reloads', () => {
    openPage('2026-06-01T21:59:00Z');
    vi.setSystemTime(EVENING);
    arrive(evening(1, 3));
    openPage('2026-06-01T23:00:00Z', { stored: evening(1, 3) });
    arrive([
      publishedAt('2026-06-01T23:00:00Z', 4),
      publishedAt('2026-06-01T23:00:00Z', 5, { severity: 'error' }),
    ]);
    checkAt('2026-06-02T06:59:59Z');
    expect(titles()).toEqual(['n5']);
    checkAt(MORNING);
    expect(titles()).toEqual(['n5', '4 unread notifications arrived during quiet hours']);
    checkAt('2026-06-02T07:00:30Z');
    openPage('2026-06-02T07:01:00Z', { stored: evening(1, 3) });
    expect(titles()).toEqual([]);
  });

  it('should be summarized after a reload if published shortly before the first check', () => {
    openPage('2026-06-01T22:30:05Z', { hasPreferences: false });
    loadPreferences();
    arrive(evening(1, 3));
    openPage('2026-06-01T23:00:00Z', { stored: evening(1, 3) });
    checkAt(MORNING);
    expect(titles()).toEqual(['3 unread notifications arrived during quiet hours']);
  });

  it('should be summarized by the next presenting tab if no page is open when quiet hours end', () => {
    openPage(EVENING);
    let presenting = false;
    const stored = [...evening(1, 2), publishedAt('2026-06-02T08:00:00Z', 3)];
    openPage('2026-06-02T09:00:00Z', { stored, presenting: () => presenting });
    expect(titles()).toEqual([]);
    presenting = true;
    checkAt('2026-06-02T09:00:15Z');
    expect(titles()).toEqual(['2 unread notifications arrived during quiet hours']);
  });

  it('should be summarized only after the preferences and the notifications have been loaded', () => {
    openPage(EVENING);
    openPage(MORNING, { stored: evening(1, 2), isLive: false, hasPreferences: false });
    useConnection().changed('live');
    useInterruptions().check();
    expect(titles()).toEqual([]);
    loadPreferences();
    useConnection().changed('reconnecting');
    useInterruptions().check();
    expect(titles()).toEqual([]);
    useConnection().changed('live');
    useInterruptions().check();
    expect(titles()).toEqual(['2 unread notifications arrived during quiet hours']);
  });

  it('should be summarized, except if already shown, read, muted, or published before quiet hours', () => {
    openPage('2026-06-01T21:58:00Z');
    arrive([publishedAt('2026-06-01T21:58:00Z', 1)]);
    vi.setSystemTime(EVENING);
    arrive([...evening(2, 4), publishedAt(EVENING, 5, { source: 'ci' })]);
    useMarks().readIds('all', { epoch: 'e', offset: 1 }, ['n3']);
    usePreferences().applyChange({ sources: ['ci'] });
    checkAt(MORNING);
    expect(titles()).toContain('2 unread notifications arrived during quiet hours');
    arrive([publishedAt(EVENING, 6)]);
    checkAt('2026-06-02T07:00:25Z');
    expect(titles().filter((title) => title.includes('quiet'))).toHaveLength(1);
  });

  it('should not include older unread notifications when a snooze ends during quiet hours', () => {
    const stored = [publishedAt('2026-05-01T23:00:00Z', 1), publishedAt('2026-05-02T23:00:00Z', 2)];
    openPage('2026-06-01T22:00:00Z', { stored });
    vi.setSystemTime(EVENING);
    const due = stored.slice(0, 1).map((publication) => ({ ...publication, until: EVENING }));
    useInterruptions().notify('all', due, true);
    checkAt(MORNING);
    expect(titles()).toEqual(['1 unread notification arrived during quiet hours']);
  });

  it('should be recognized by their time if the page has forgotten that it held them back', () => {
    openPage(EVENING);
    let presenting = false;
    openPage(MORNING, { presenting: () => presenting });
    arrive([publishedAt(EVENING, 1)]);
    const others = Array.from({ length: MAX_ITEMS }, (_, n) => publishedAt(MORNING, n + 2));
    useInterruptions().applyQuietHours('all', others);
    presenting = true;
    useInterruptions().check();
    expect(titles()).toContain('1 unread notification arrived during quiet hours');
  });

  it('should be reported as "1 or more" if older notifications are not loaded', () => {
    openPage(EVENING);
    openPage(MORNING, { stored: evening(4, 4), isLive: false });
    useItems().older.set('all', { epoch: 'e', before: 4 });
    useConnection().changed('live');
    useInterruptions().check();
    expect(titles()).toEqual(['1 or more unread notifications arrived during quiet hours']);
  });

  it('should be summarized when quiet hours end or the reader turns them off', async () => {
    openPage(EVENING);
    arrive(evening(1, 1));
    vi.setSystemTime(MORNING);
    useClock().now = Date.now();
    await nextTick();
    expect(titles()).toEqual(['1 unread notification arrived during quiet hours']);
    openPage('2026-06-02T22:00:00Z');
    const late = '2026-06-02T22:00:00Z';
    openPage(late, { stored: [publishedAt(late, 2), publishedAt(late, 3)] });
    usePreferences().applyChange({ quietHours: null });
    await nextTick();
    expect(titles()).toEqual(['2 unread notifications arrived during quiet hours']);
  });

  it('should not appear on the desktop, unlike notifications with a severity that the reader allows', () => {
    const shown: string[] = [];
    vi.stubGlobal(
      'Notification',
      class {
        static permission = 'granted';
        constructor(title: string) {
          shown.push(title);
        }
      },
    );
    vi.stubGlobal('document', { hidden: true });
    try {
      openPage(EVENING);
      usePreferences().applyChange({ desktop: true });
      arrive(evening(1, 1));
      expect([shown, titles()]).toEqual([[], []]);
      arrive([publishedAt(EVENING, 2, { severity: 'error' })]);
      expect([shown, titles()]).toEqual([[expect.stringContaining('n2')], ['n2']]);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
