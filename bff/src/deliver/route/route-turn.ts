import { pause } from '@tocsin/contracts/pause';
import { LRUCache } from 'lru-cache';
import type { Announced, TurnTaker } from '../turn/turn.ts';

/**
 * The host of a feed or partition gave no valid response. If `mayStillBeWorking` is true, there was no response at all,
 * so the host might still be working on the turn. If it is false, Dapr couldn't reach the host, or the response came
 * from a process that isn't one of our instances.
 */
export class HostUnreachableError extends Error {
  override name = 'HostUnreachableError';
  readonly mayStillBeWorking: boolean;

  constructor(message: string, options: { mayStillBeWorking: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.mayStillBeWorking = options.mayStillBeWorking;
  }
}

export interface TurnRouterDependencies<Name extends string | number, Result, A extends Announced> {
  /** Calls the actor. Rejects with HostUnreachableError if there's no valid response, or with the turn's error. */
  callActor: TurnTaker<Name, Result, A>;
  host: { takeTurn: TurnTaker<Name, Result, A>; isHostedHere(name: Name): boolean };
  /** Reads a value that changes whenever a turn writes. */
  stateOf: (name: Name) => Promise<unknown>;
  onTakeover: (name: Name, error: HostUnreachableError) => void;
  /** A clock that doesn't jump when the system's clock is set (ms). Default: `performance.now`. */
  now?: () => number;
}

/** Delay before calling a host again after a failed call. This instance runs the turns until then. */
const HOST_PAUSE_MS = 2_000;
/** Time without writes after which an unresponsive host counts as idle. */
const IDLE_AFTER_MS = 500;
const ATTEMPTS = 3;
const MAX_UNREACHABLE = 1_000;

/**
 * Routes each turn to the actor's host: through Dapr, or directly if this instance is the host. If the host is
 * unreachable, this instance runs the turn, because Dapr can take a while to move the actor. If two activations write
 * the same head, the store refuses the later write because the etag is stale.
 */
export function createTurnRouter<Name extends string | number, Result, A extends Announced>(
  dependencies: TurnRouterDependencies<Name, Result, A>,
): TurnTaker<Name, Result, A> {
  const now = dependencies.now ?? (() => performance.now());
  const unreachableHosts = new LRUCache<Name, number>({ max: MAX_UNREACHABLE });

  const takeLocally: TurnTaker<Name, Result, A> = async (name, announced, caller) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await dependencies.host.takeTurn(name, announced, caller);
      } catch (error) {
        // Another activation could have committed first. The next attempt reads the new heads.
        if (attempt === ATTEMPTS) throw error;
        await pause(Math.random() * 100 * attempt);
      }
    }
  };

  return async (name, announced, caller) => {
    if (dependencies.host.isHostedHere(name)) return takeLocally(name, announced, caller);
    const unreachableUntil = unreachableHosts.get(name);
    if (unreachableUntil !== undefined && unreachableUntil > now())
      return takeLocally(name, announced, caller);
    // Probe the host with one call. This instance runs all other turns until the host responds.
    if (unreachableUntil !== undefined) unreachableHosts.set(name, now() + 10 * HOST_PAUSE_MS);
    try {
      const result = await dependencies.callActor(name, announced, caller);
      unreachableHosts.delete(name);
      return result;
    } catch (error) {
      if (!(error instanceof HostUnreachableError)) {
        unreachableHosts.delete(name);
        throw error;
      }
      if (error.mayStillBeWorking && (await isProgressing(() => dependencies.stateOf(name)))) throw error;
      unreachableHosts.set(name, now() + HOST_PAUSE_MS);
      dependencies.onTakeover(name, error);
      return takeLocally(name, announced, caller);
    }
  };
}

async function isProgressing(stateOf: () => Promise<unknown>): Promise<boolean> {
  const before = await stateOf();
  await pause(IDLE_AFTER_MS);
  return before !== (await stateOf());
}
