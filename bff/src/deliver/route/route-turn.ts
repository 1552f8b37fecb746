import { pause } from '@tocsin/contracts/pause';
import type { Announced, TurnTaker } from '../turn/turn.ts';

/**
 * The host of a feed or partition cannot be reached. `late`: it may still be working; otherwise it refused
 * the call.
 */
export class HostUnreachableError extends Error {
  override name = 'HostUnreachableError';
  readonly late: boolean;

  constructor(message: string, options: { late: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.late = options.late;
  }
}

export interface TurnRouterDependencies<Name, Result, A extends Announced> {
  /** Calls the actor. Rejects with HostUnreachableError when it has not answered, else as the turn did. */
  callActor: TurnTaker<Name, Result, A>;
  host: { takeTurn: TurnTaker<Name, Result, A>; isHostedHere(name: Name): boolean };
  /** A value that changes with every write of a turn. */
  stateOf: (name: Name) => Promise<unknown>;
  onTakeover: (name: Name, error: HostUnreachableError) => void;
  now?: () => number;
}

/** After a failed call the turns of the feed are taken here for so long, before the host is tried again. */
const SUSPECT_MS = 2_000;
/** A late host whose head does not change for this long is not working. */
const STANDSTILL_MS = 500;
const ATTEMPTS = 3;
/** From so many on, those whose time is over are forgotten. */
const MAX_SUSPECTS = 1_000;

/**
 * Takes a turn where its actor lives: through Dapr, or at once if that is here. When the host is away it is taken here
 * too: that is a second activation, which the heads' etags keep apart from the first. So no feed waits until Dapr has
 * moved its actor.
 */
export function createTurnRouter<Name, Result, A extends Announced>(
  use: TurnRouterDependencies<Name, Result, A>,
): TurnTaker<Name, Result, A> {
  const now = use.now ?? Date.now;
  const suspects = new Map<Name, number>();
  const suspect = (feed: Name, until: number) => {
    // A host without calls in that time is tried again on the next call anyway.
    if (suspects.size >= MAX_SUSPECTS) {
      for (const [other, end] of suspects) if (end <= now()) suspects.delete(other);
    }
    suspects.set(feed, until);
  };

  const takeHere: TurnTaker<Name, Result, A> = async (feed, announced, caller) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await use.host.takeTurn(feed, announced, caller);
      } catch (error) {
        // Another activation may have committed meanwhile, so its state is read again at once.
        if (attempt === ATTEMPTS) throw error;
        await pause(Math.random() * 100 * attempt);
      }
    }
  };

  return async (feed, announced, caller) => {
    if (use.host.isHostedHere(feed)) return takeHere(feed, announced, caller);
    const suspectUntil = suspects.get(feed);
    if (suspectUntil !== undefined && suspectUntil > now()) return takeHere(feed, announced, caller);
    // One call finds out whether the host is back; the others go on here until it knows.
    if (suspectUntil !== undefined) suspect(feed, now() + 10 * SUSPECT_MS);
    try {
      const result = await use.callActor(feed, announced, caller);
      suspects.delete(feed);
      return result;
    } catch (error) {
      if (!(error instanceof HostUnreachableError)) {
        suspects.delete(feed);
        throw error;
      }
      if (error.late && (await isMoving(() => use.stateOf(feed)))) throw error;
      suspect(feed, now() + SUSPECT_MS);
      use.onTakeover(feed, error);
      return takeHere(feed, announced, caller);
    }
  };
}

async function isMoving(stateOf: () => Promise<unknown>): Promise<boolean> {
  const before = await stateOf();
  await pause(STANDSTILL_MS);
  return before !== (await stateOf());
}
