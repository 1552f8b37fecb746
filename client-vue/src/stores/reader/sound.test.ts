import { afterEach, expect, it, vi } from 'vitest';
import { playTone } from './sound.ts';

afterEach(() => vi.unstubAllGlobals());

it('should drop tones requested long before the browser allowed sound', async () => {
  let now = 0;
  let tones = 0;
  const allow: (() => void)[] = [];
  class Node {
    frequency = { setValueAtTime: () => undefined };
    gain = { exponentialRampToValueAtTime: () => undefined };
    connect = (next: unknown) => next;
    start = () => tones++;
    stop = () => undefined;
  }
  class Context {
    state = 'suspended';
    currentTime = 0;
    resume = () => new Promise<void>((resolve) => allow.push(resolve));
  }
  vi.stubGlobal('AudioContext', Context);
  vi.stubGlobal('OscillatorNode', Node);
  vi.stubGlobal('GainNode', Node);
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    for (now = 0; now <= 30_000; now += 3_000) playTone();
    now = 30_500;
    for (const resolve of allow) resolve();
    await vi.waitFor(() => expect(tones).toBe(1));
    expect(allow).toHaveLength(11);
  } finally {
    vi.mocked(performance.now).mockRestore();
  }
});
