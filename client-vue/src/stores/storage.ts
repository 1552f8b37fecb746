import { isPosition, type PositionStore } from '@tocsin/client';

export interface KeyValue {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

const warn = (error: unknown): void =>
  console.warn("Storage failed. Settings and read state won't be saved.", error);

/** Browser storage. If it's blocked or full, values are kept only until the page is closed. */
export function safeStorage(open: () => Storage): KeyValue {
  const memory = new Map<string, string>();
  let storage: Storage | undefined;
  try {
    storage = open();
  } catch (error) {
    warn(error);
  }
  return {
    get(key) {
      try {
        return memory.get(key) ?? storage?.getItem(key) ?? null;
      } catch (error) {
        warn(error);
        return null;
      }
    },
    set(key, value) {
      try {
        storage?.setItem(key, value);
        if (storage) memory.delete(key);
        else memory.set(key, value);
      } catch (error) {
        warn(error);
        memory.set(key, value);
      }
    },
  };
}

/** Keeps values until the page is closed. */
export function memoryStorage(): KeyValue {
  const memory = new Map<string, string>();
  return { get: (key) => memory.get(key) ?? null, set: (key, value) => void memory.set(key, value) };
}

/** Returns the JSON value of `key`, or `undefined` if it is missing or not JSON. Other scripts can write to storage. */
export function readJson(storage: KeyValue, key: string): unknown {
  const text = storage.get(key);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    console.warn(`Ignored the invalid stored value of ${key}.`, error);
    return undefined;
  }
}

/**
 * This tab's positions. They are kept across a reload, so that the page can report the notifications that it missed.
 */
export function tabPositions(storage: KeyValue): PositionStore {
  const key = (feed: string) => `tocsin.position.${feed}`;
  return {
    get(feed) {
      const position = readJson(storage, key(feed));
      return isPosition(position) ? { epoch: position.epoch, offset: position.offset } : undefined;
    },
    set(feed, position) {
      storage.set(key(feed), JSON.stringify(position));
    },
  };
}
