interface NetworkScope {
  navigator?: { onLine?: boolean };
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
}

export interface Network {
  /** False only if the platform reports that it has no network. */
  readonly online: boolean;
  close(): void;
}

/** Watches whether the device has a network. Outside browsers, it always counts as online. */
export function watchNetwork(changed: () => void): Network {
  const scope = globalThis as NetworkScope;
  const events = ['online', 'offline'];
  for (const event of events) scope.addEventListener?.(event, changed);
  return {
    get online() {
      return scope.navigator?.onLine !== false;
    },
    close() {
      for (const event of events) scope.removeEventListener?.(event, changed);
    },
  };
}
