import { DEFAULT_PREFERENCES, type Preferences } from '@tocsin/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../../testing/stores.ts';
import { useNotice } from './notice.ts';
import { usePreferenceChanges } from './preference-changes.ts';
import { usePreferences } from './preferences.ts';
import { useSource } from '../source.ts';

useFreshStores();

const NIGHT = { from: '22:00', to: '07:00', timeZone: 'UTC', allow: [] };
const responseWith = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const noContent = () => new Response(null, { status: 204 });

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

  it('should be loaded once the server responds and keep changes made in the meantime', async () => {
    fetched.mockImplementation(async () => responseWith({}, 503));
    await usePreferences().load(session.signal);
    expect(usePreferences().preferences).toEqual(DEFAULT_PREFERENCES);
    usePreferences().applyChange({ sound: true });
    fetched.mockImplementation(async () => responseWith({ ...DEFAULT_PREFERENCES, quietHours: NIGHT }));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, quietHours: NIGHT, sound: true });
  });

  /** Answers `GET` with the stored preferences after two failures. Returns the bodies of the changes. */
  function storeAfterFailures(stored: Partial<Preferences>): unknown[] {
    const bodies: unknown[] = [];
    let failures = 2;
    vi.stubGlobal('fetch', async (_url: string, { body }: { body?: string }) => {
      if (body !== undefined) {
        bodies.push(JSON.parse(body));
        return noContent();
      }
      return failures-- > 0 ? responseWith({}, 503) : responseWith({ ...DEFAULT_PREFERENCES, ...stored });
    });
    return bodies;
  }

  it('should keep the stored mutes when the reader mutes a source before they are loaded', async () => {
    const night = { list: 'sources', name: 'b', until: '2099-01-01T00:00:00Z' } as const;
    const bodies = storeAfterFailures({ sources: ['a'], mutedUntil: [night] });
    await usePreferences().load(session.signal);
    const { toggle, muteUntil } = usePreferenceChanges();
    const saving = [toggle('sources', 'ci'), muteUntil('feeds', 'all', new Date('2099-01-01T00:00:00Z'))];
    expect(usePreferences().preferences).toMatchObject({ sources: ['ci'], mutedUntil: [{ name: 'all' }] });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(usePreferences().failed).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all(saving);
    expect(usePreferences().failed).toBe(false);
    expect(bodies).toMatchObject([{ sources: ['a', 'ci'] }, { mutedUntil: [night, { name: 'all' }] }]);
    expect(usePreferences().preferences.sources).toEqual(['a', 'ci']);
  });

  it('should not be saved if the session ends before they are loaded', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const bodies = storeAfterFailures({ sources: ['a'] });
    await usePreferences().load(session.signal);
    const saving = usePreferenceChanges().toggle('sources', 'ci');
    session.abort();
    await saving;
    expect(bodies).toEqual([]);
  });

  it('should ignore a late response for the previous reader', async () => {
    const responders: ((response: Response) => void)[] = [];
    fetched.mockImplementation(() => new Promise((resolve) => responders.push(resolve)));
    void usePreferences().load(session.signal);
    await vi.waitFor(() => expect(responders).toHaveLength(1));
    usePreferences().applyChange({ desktop: true });
    session.abort();
    session = new AbortController();
    void usePreferences().load(session.signal);
    responders[0]?.(responseWith({ ...DEFAULT_PREFERENCES, quietHours: NIGHT }));
    await vi.advanceTimersByTimeAsync(100);
    expect(usePreferences().preferences).toEqual(DEFAULT_PREFERENCES);
  });

  it('should drop a mute that the reader has ended on another device', () => {
    const mute = { list: 'sources', name: 'ci', until: '2099-01-01T00:00:00Z' } as const;
    usePreferences().replace({ ...DEFAULT_PREFERENCES, mutedUntil: [mute] });
    expect(usePreferenceChanges().isMuted('sources', 'ci')).toBe(true);
    usePreferences().replace(DEFAULT_PREFERENCES);
    expect(usePreferenceChanges().isMuted('sources', 'ci')).toBe(false);
  });

  it('should keep a change that is being saved when an event about an earlier change arrives', async () => {
    const responders: ((response: Response) => void)[] = [];
    fetched.mockImplementation(() => new Promise((resolve) => responders.push(resolve)));
    const { change, toggle } = usePreferenceChanges();
    const [first, second] = [change({ sound: true }), toggle('feeds', 'all')];
    await vi.waitFor(() => expect(responders).toHaveLength(1));
    usePreferences().replace({ ...DEFAULT_PREFERENCES, sound: true });
    expect(usePreferences().preferences).toMatchObject({ sound: true, feeds: ['all'] });
    responders[0]?.(noContent());
    await first;
    await vi.waitFor(() => expect(responders).toHaveLength(2));
    responders[1]?.(noContent());
    await second;
    usePreferences().replace(DEFAULT_PREFERENCES);
    expect(usePreferences().preferences).toEqual(DEFAULT_PREFERENCES);
  });

  it('should save a change after failing to save the previous change', async () => {
    fetched.mockImplementationOnce(async () => responseWith({}, 503));
    fetched.mockImplementation(async () => noContent());
    const changes = usePreferenceChanges();
    await Promise.all([changes.change({ sound: true }), changes.change({ desktop: true })]);
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(usePreferences().failed).toBe(true);
    await changes.change({ sound: true });
    expect(usePreferences().failed).toBe(false);
  });

  it('should show a notice if a mute outside the preferences cannot be saved', async () => {
    fetched.mockImplementation(async () => noContent());
    await usePreferenceChanges().muteSource('ci');
    expect(useNotice().notice).toBeUndefined();
    fetched.mockImplementation(async () => responseWith({}, 503));
    await usePreferenceChanges().muteSource('ci', new Date('2099-01-01T00:00:00Z'));
    expect(useNotice().notice?.kind).toBe('unsaved');
    useNotice().hide();
    const muting = usePreferenceChanges().muteSource('ci');
    useSource().set({ url: 'http://next-reader.example' });
    await muting;
    expect(useNotice().notice).toBeUndefined();
  });

  it('should keep an unsaved change when they are reloaded, but drop it in a new session', async () => {
    fetched.mockImplementationOnce(async () => responseWith({}, 503));
    await usePreferenceChanges().change({ quietHours: NIGHT });
    fetched.mockImplementation(async () => responseWith(DEFAULT_PREFERENCES));
    await usePreferences().refresh(session.signal);
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, quietHours: NIGHT });
    expect(usePreferences().failed).toBe(true);
    await usePreferences().load(session.signal);
    expect(usePreferences().preferences).toEqual(DEFAULT_PREFERENCES);
    expect(usePreferences().failed).toBe(false);
  });

  it('should keep a change that was saved while they were loading', async () => {
    const responders: ((response: Response) => void)[] = [];
    fetched.mockImplementation(() => new Promise((resolve) => responders.push(resolve)));
    const changing = usePreferenceChanges().change({ sound: true });
    await vi.waitFor(() => expect(responders).toHaveLength(1));
    const loading = usePreferences().refresh(session.signal);
    await vi.waitFor(() => expect(responders).toHaveLength(2));
    responders[0]?.(noContent());
    await changing;
    responders[1]?.(responseWith(DEFAULT_PREFERENCES));
    await loading;
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, sound: true });
  });

  it('should keep mutes from another device if the reader mutes a source while they are being loaded', async () => {
    const bodies = storeAfterFailures({ sources: ['b'] });
    const loading = usePreferences().refresh(session.signal);
    await vi.advanceTimersByTimeAsync(100);
    const saving = usePreferenceChanges().toggle('sources', 'ci');
    await vi.advanceTimersByTimeAsync(10_000);
    await Promise.all([loading, saving]);
    expect(bodies).toMatchObject([{ sources: ['b', 'ci'] }]);
  });

  it('should not be loaded concurrently if the connection is lost repeatedly', async () => {
    const responders: ((response: Response) => void)[] = [];
    fetched.mockImplementation(() => new Promise((resolve) => responders.push(resolve)));
    void usePreferences().load(session.signal);
    await vi.waitFor(() => expect(responders).toHaveLength(1));
    const refreshed = usePreferences().refresh(session.signal);
    void usePreferences().refresh(session.signal);
    responders[0]?.(responseWith({ ...DEFAULT_PREFERENCES, quietHours: NIGHT }));
    await vi.waitFor(() => expect(responders).toHaveLength(2));
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, quietHours: NIGHT });
    responders[1]?.(responseWith({ ...DEFAULT_PREFERENCES, sound: true }));
    await refreshed;
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, sound: true });
    expect(fetched).toHaveBeenCalledTimes(2);
  });

  it('should be saved with the credentials of the reader who changed them', async () => {
    const responders: ((response: Response) => void)[] = [];
    fetched.mockImplementation(() => new Promise((resolve) => responders.push(resolve)));
    const { change } = usePreferenceChanges();
    void change({ sound: true });
    const second = change({ desktop: true });
    await vi.waitFor(() => expect(responders).toHaveLength(1));
    useSource().set({ url: 'http://other.example' });
    responders[0]?.(noContent());
    await vi.waitFor(() => expect(responders).toHaveLength(2));
    expect(fetched).toHaveBeenLastCalledWith('http://bff.example/app/preferences', expect.anything());
    responders[1]?.(noContent());
    await second;
  });

  it('should be reloaded until that succeeds if changes could have been missed', async () => {
    fetched.mockImplementation(async () => responseWith(DEFAULT_PREFERENCES));
    await usePreferences().load(session.signal);
    usePreferences().applyChange({ sound: true });
    fetched.mockImplementationOnce(async () => responseWith({}, 503));
    fetched.mockImplementation(async () => responseWith({ ...DEFAULT_PREFERENCES, quietHours: NIGHT }));
    void usePreferences().refresh(session.signal);
    await vi.advanceTimersByTimeAsync(1);
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, sound: true });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(usePreferences().preferences).toEqual({ ...DEFAULT_PREFERENCES, quietHours: NIGHT });
  });
});
