import { afterEach, expect, it, vi } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { useMessages } from '../messages/use-messages.ts';
import { useClock } from './clock.ts';

useFreshStores();
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('should notice that the device changed its time zone, and renew the formats', () => {
  const page = new EventTarget();
  vi.stubGlobal('document', page);
  const stop = useClock().start(() => undefined);
  const { formats } = useMessages();
  page.dispatchEvent(new Event('visibilitychange'));
  expect(useMessages().formats, 'still the same zone').toBe(formats);
  const options = new Intl.DateTimeFormat().resolvedOptions();
  const resolved = vi.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions');
  resolved.mockReturnValue({ ...options, timeZone: 'Asia/Tokyo' });
  page.dispatchEvent(new Event('visibilitychange'));
  expect(useClock().zone).toBe('Asia/Tokyo');
  expect(useMessages().formats).not.toBe(formats);
  stop();
});
