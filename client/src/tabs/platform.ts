/** How visible a tab is (2 focused, 1 visible, 0 hidden) and since when. */
export interface Front {
  readonly degree: 0 | 1 | 2;
  readonly since: number;
}

/** The part of Web Locks that the client uses. */
export interface TabLocks {
  /**
   * Waits for the lock, then calls `held`. The tab keeps the lock until the promise from `held` settles. Rejects with
   * an `AbortError` if the wait is aborted or another tab steals the lock.
   */
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<unknown>;
}

/** A BroadcastChannel. All other tabs receive each message. Messages from the same sender arrive in order. */
export interface TabChannel {
  post(message: unknown): void;
  close(): void;
}

/** The platform features needed by tabs. */
export interface TabPlatform {
  readonly origin: string;
  readonly locks: TabLocks;
  /** Returns a unique name for this tab. */
  newId(): string;
  open(name: string, receive: (message: unknown) => void): TabChannel;
  front(): Front;
  /** Calls `changed` when `front` may have changed. Returns a function that stops watching. */
  watchFront(changed: () => void): () => void;
  /** Calls `tick` repeatedly while the tab runs. Returns a function that stops it. */
  every(ms: number, tick: () => void): () => void;
}

interface PageScope {
  document?: {
    visibilityState: string;
    hasFocus(): boolean;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
  location?: { origin: string };
  navigator?: { locks?: TabLocks };
  BroadcastChannel?: typeof BroadcastChannel;
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
}

/** Returns this page's platform, or `undefined` outside pages and without Web Locks or BroadcastChannel. */
export function browserTabs(): TabPlatform | undefined {
  const scope = globalThis as unknown as PageScope;
  const { document, location, BroadcastChannel: Channel } = scope;
  const locks = scope.navigator?.locks;
  if (!document || !location || !locks || !Channel) return undefined;
  let degree: Front['degree'] | undefined;
  let since = 0;
  return {
    origin: location.origin,
    locks,
    newId: () => crypto.randomUUID(),
    open(name, receive) {
      const channel = new Channel(name);
      channel.onmessage = ({ data }) => receive(data);
      return { post: (message) => channel.postMessage(message), close: () => channel.close() };
    },
    front() {
      const now = document.visibilityState !== 'visible' ? 0 : document.hasFocus() ? 2 : 1;
      if (now !== degree) [degree, since] = [now, Date.now()];
      return { degree, since };
    },
    watchFront(changed) {
      const targets = [
        { target: document, types: ['visibilitychange'] },
        { target: scope, types: ['focus', 'blur', 'pageshow'] },
      ];
      for (const { target, types } of targets)
        for (const type of types) target.addEventListener?.(type, changed);
      return () => {
        for (const { target, types } of targets)
          for (const type of types) target.removeEventListener?.(type, changed);
      };
    },
    every(ms, tick) {
      const timer = setInterval(tick, ms);
      return () => clearInterval(timer);
    },
  };
}
