/** How far in front a tab is: 2 has the focus, 1 can be seen, 0 is hidden; and since when. */
export interface Front {
  readonly degree: 0 | 1 | 2;
  readonly since: number;
}

/** What Web Locks do, as far as it is needed here. */
export interface TabLocks {
  /**
   * Calls `held` once the lock is this tab's, and holds it until the promise of `held` settles. Rejects with an
   * `AbortError` when the wait is given up or the lock is stolen by another.
   */
  request(
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<unknown>;
}

/** What a BroadcastChannel does: all other tabs hear a message, those of one sender in order. */
export interface TabChannel {
  post(message: unknown): void;
  close(): void;
}

/** What tabs need of the place where they run. */
export interface TabPlatform {
  readonly origin: string;
  readonly locks: TabLocks;
  /** A name that no other tab has. */
  newId(): string;
  open(name: string, hear: (message: unknown) => void): TabChannel;
  front(): Front;
  /** Calls `changed` when `front` may answer something else; returns the function that ends it. */
  watchFront(changed: () => void): () => void;
  /** Calls `tick` again and again, for as long as the tab runs at all; returns the function that ends it. */
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

/** This page's platform; `undefined` outside pages, and where Web Locks or BroadcastChannel are not to be had. */
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
    open(name, hear) {
      const channel = new Channel(name);
      channel.onmessage = ({ data }) => hear(data);
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
