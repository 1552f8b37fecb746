import { revokedUntil, type Identity, type Revocation } from '@tocsin/contracts';
import type { RevocationStore } from './ports.ts';

export interface RevocationsOptions {
  store: RevocationStore;
  /** Called when reads start failing, and not again until a read has succeeded. */
  onError: (error: unknown) => void;
  /** Interval between reads in ms. Default: 1 s. */
  everyMs?: number;
}

const EVERY_MS = 1_000;

/**
 * The revoked subjects. They are read from the store every second, so a revocation reaches every instance within two
 * seconds. While the store can't be read, the last known revocations apply. If the store loses them, they are written
 * back before the next change. Otherwise, the store would contain only the revocation that the
 * change adds.
 */
export class Revocations {
  readonly #options: RevocationsOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  readonly #listeners: (() => void)[] = [];
  /** Keyed by sub. `undefined` until the store has been read. */
  #known: ReadonlyMap<string, Revocation> | undefined;
  /** The last queued read. Reads run one at a time, so a stale result never overwrites a newer result. */
  #reading: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(options: RevocationsOptions) {
    this.#options = options;
    void this.#watch();
  }

  /** Whether the store has been read. Tokens can't be checked before that. */
  get isLoaded(): boolean {
    return this.#known !== undefined;
  }

  /** Whether the token is revoked. A token without an issue time counts as issued before every revocation. */
  refuses({ sub, issuedAt }: Pick<Identity, 'sub' | 'issuedAt'>): boolean {
    const revocation = this.#known?.get(sub);
    return revocation !== undefined && (issuedAt === undefined || issuedAt <= revokedUntil(revocation));
  }

  has(sub: string): boolean {
    return this.#known?.has(sub) ?? false;
  }

  /** Calls `listener` when a revocation is added or gets a later time, since it might revoke accepted tokens. */
  onRevoked(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Reads the revocations in force. Rejects if reading the store fails. */
  async list(): Promise<Revocation[]> {
    await this.#refresh();
    return [...(this.#known ?? new Map<string, Revocation>()).values()];
  }

  /** Like `RevocationStore.revoke`. Takes effect on this instance before it resolves. */
  async revoke(sub: string, before: number): Promise<Revocation> {
    await this.#refresh();
    const revocation = await this.#options.store.revoke(sub, before);
    await this.#refresh();
    return revocation;
  }

  /** Like `RevocationStore.lift`. Takes effect on this instance before it resolves. */
  async lift(sub: string): Promise<boolean> {
    await this.#refresh();
    const found = await this.#options.store.lift(sub);
    await this.#refresh();
    return found;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #watch(): Promise<void> {
    const { onError, everyMs = EVERY_MS } = this.#options;
    try {
      await this.#refresh();
      this.#failures = 0;
    } catch (error) {
      if (++this.#failures === 1 && !this.#stopped) onError(error);
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#watch(), everyMs).unref();
  }

  #refresh(): Promise<void> {
    const read = this.#reading.then(() => this.#read());
    this.#reading = read.catch(() => undefined);
    return read;
  }

  async #read(): Promise<void> {
    const { store } = this.#options;
    const stored = await store.read();
    const before = this.#known ?? new Map<string, Revocation>();
    // Lifting the last revocation leaves an empty document. A missing document means that the store lost it.
    if (!stored && before.size > 0) return store.restore([...before.values()]);
    this.#known = new Map((stored ?? []).map((revocation) => [revocation.sub, revocation]));
    const isStricter = (stored ?? []).some((revocation) => {
      const earlier = before.get(revocation.sub);
      return !earlier || revokedUntil(earlier) < revokedUntil(revocation);
    });
    if (isStricter) for (const listener of this.#listeners) listener();
  }
}
