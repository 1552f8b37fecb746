import {
  COMPONENTS,
  SET_ASIDE_INDEX_KEY,
  headKey,
  setAsideKey,
  type Head,
  type SetAside,
} from '@tocsin/contracts';
import type { Pair } from '@tocsin/tools';

async function readState<T>(pair: Pair, key: string): Promise<T | undefined> {
  const response = await fetch(`${pair.daprUrl}/v1.0/state/${COMPONENTS.state}/${encodeURIComponent(key)}`, {
    headers: pair.daprHeaders,
  });
  const text = await response.text();
  return text === '' ? undefined : (JSON.parse(text) as T);
}

export const readHead = (pair: Pair, feed: string) => readState<Head>(pair, headKey(feed));

export const readSetAside = (pair: Pair, entry: string) => readState<SetAside>(pair, setAsideKey(entry));

export const readSetAsideIndex = async (pair: Pair): Promise<string[]> =>
  (await readState<{ entries: string[] }>(pair, SET_ASIDE_INDEX_KEY))?.entries ?? [];

/** Resolves with the first value that isn't undefined or false. @throws Error after `timeoutMs` */
export async function eventually<T>(
  read: () => Promise<T | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`no value within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
