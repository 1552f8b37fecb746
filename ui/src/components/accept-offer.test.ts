import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { prepareToChangeReader } from './accept-offer.ts';

const tokenOf = (sub: string, exp = 1) => `e30.${btoa(JSON.stringify({ sub, exp }))}.x`;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("should turn off the current reader's push, but wait only 3 s for it", async () => {
  const stopPush = vi.fn(() => new Promise(() => undefined));
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const accepted = prepareToChangeReader({ token: tokenOf('ada'), offered: tokenOf('bob') }, stopPush);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await accepted).toBe(true);
  expect(stopPush).toHaveBeenCalledOnce();
  vi.mocked(console.warn).mockRestore();
});

it('should leave push on for a reader who renews a token', async () => {
  const stopPush = vi.fn(async () => undefined);
  expect(await prepareToChangeReader({ token: tokenOf('ada'), offered: tokenOf('ada', 2) }, stopPush)).toBe(
    true,
  );
  expect(stopPush).not.toHaveBeenCalled();
});

it('should not accept the offer if another link has replaced it in the meantime', async () => {
  const props = { token: tokenOf('ada'), offered: tokenOf('bob') };
  const accepted = prepareToChangeReader(props, async () => {
    props.offered = tokenOf('eve');
  });
  expect(await accepted).toBe(false);
});
