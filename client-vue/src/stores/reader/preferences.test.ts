import { DEFAULT_PREFERENCES } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../../testing/stores.ts';
import { usePreferences } from './preferences.ts';
import { useSource } from '../source.ts';

useFreshStores();

const NIGHT = { from: '22:00', to: '07:00', timeZone: 'UTC', allow: [] };
const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });

describe('the preferences', () => {
  const fetched = vi.fn<() => Promise<Response>>();
  let session: AbortController;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', fetched);
    fetched.mockReset();
    session = new AbortController();
    useSource().set({ url: 'http://bff.example' });
  });
  afterEach(() => {
    session.abort();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('should be loaded once the server responds, and keep changes made until then', async () => {
    fetched.mockImplementation(async () => answer({}, 503));
    await usePreferences().load(session.signal);
    expect(usePreferences().preferences).toEqual(DEFAULT_PREFERENCES);
    usePreferences().applyChange({ sound: true });
    fetched.mockImplementation(async () => answer({ ...DEFAULT_PREFERENCES, quietHours: NIGHT }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, quietHours: NIGHT, sound: true });
  });

  it('should not be replaced by a late response for the previous reader', async () => {
    const late: ((response: Response) => void)[] = [];
    fetched.mockImplementation(() => new Promise((resolve) => late.push(resolve)));
    void usePreferences().load(session.signal);
    await vi.waitFor(() => expect(late).toHaveLength(1));
    usePreferences().applyChange({ desktop: true });
    session.abort();
    session = new AbortController();
    void usePreferences().load(session.signal);
    late[0]?.(answer({ ...DEFAULT_PREFERENCES, quietHours: NIGHT }));
    await vi.advanceTimersByTimeAsync(100);
    expect(usePreferences().preferences).toEqual(DEFAULT_PREFERENCES);
  });
});
