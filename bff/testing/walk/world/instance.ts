import { isDeepStrictEqual } from 'node:util';
import type { Position, Publication } from '@tocsin/contracts';
import type { Signer } from '@tocsin/service';
import type { Erased } from '../../../src/deliver/erase/erased-content.ts';
import { TemporaryError } from '../../../src/deliver/errors.ts';
import { HighWaterMarks } from '../../../src/deliver/load/high-water-marks.ts';
import type {
  Broadcast,
  Broadcaster,
  Checkpoints,
  Entries,
  FeedLog,
  OnStep,
  SetAsideStore,
  Step,
} from '../../../src/deliver/ports.ts';
import { present } from '../../../src/feed/present.ts';
import { PartitionHost } from '../../../src/deliver/turn/partition-host.ts';
import { FeedView } from '../../../src/recover/views/feed-view.ts';
import { testProofs, testSigner } from '../../test-proofs.ts';
import { Calls } from './calls.ts';
import { FEED } from './places.ts';
import type { Store } from './store.ts';
import type { TurnCalls } from './turn-calls.ts';
import type { Checker } from '../check/checker.ts';
import type { Report } from '../check/report.ts';
import type { FeedLimits } from '../../../src/feed/limits.ts';
import { FeedHost } from '../../../src/deliver/turn/feed-host.ts';

/** A client from the instance's point of view. */
interface Listener {
  push(instance: WalkInstance, epoch: string, publications: readonly Publication[]): void;
  receivePosition(instance: WalkInstance, position: Position): void;
}

/** The parts of the world that instances use. */
interface InstancesWorld {
  readonly store: Store;
  readonly checker: Checker;
  readonly report: Report;
  readonly turns: TurnCalls;
  readonly instances: readonly WalkInstance[];
  readonly clients: readonly Listener[];
  readonly limits: FeedLimits;
  readonly position: Position | undefined;
  readonly clock: number;
  readonly losses: number;
  readonly isBackplaneDown: boolean;
  effectLater(effect: () => void): void;
  change<T>(effect: () => T): T;
  retire(keys: readonly string[]): void;
  kill(instance: WalkInstance, applied: number): void;
}

/** A bff instance with the real hosts and view. Each outgoing call waits for a step to let it through. */
export class WalkInstance {
  readonly index: number;
  readonly calls: Calls;
  readonly marks = new HighWaterMarks();
  /** Signs and checks calls to actors. */
  readonly signer: Signer;
  readonly host: FeedHost;
  readonly partitionHost: PartitionHost;
  readonly view: FeedView;
  pendingBroadcasts: Broadcast[] = [];
  paused = false;
  alive = true;
  compareDue = false;
  comparing = false;
  deliveries = 0;
  /** Number of times clients have joined. */
  joins = 0;
  /** The step at which the instance will die, if any. */
  diesAt: Step | undefined;
  readonly setAside: SetAsideStore;
  readonly onStep: OnStep;

  constructor(world: InstancesWorld, index: number) {
    this.index = index;
    this.calls = new Calls((effect) => world.effectLater(effect));
    this.signer = testSigner(() => 0);
    const log = feedLog(world, this);
    const origin = {
      firstEpoch: () => this.calls.write(() => world.change(() => world.store.firstEpoch(world.clock))),
    };
    this.setAside = {
      add: (record) =>
        this.calls.write(() => {
          world.checker.onSetAside(record);
          world.store.setAside.set(record.entry, record.reason);
        }),
      erase: () => Promise.resolve(),
      put: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    };
    const now = () => world.clock;
    this.onStep = (step) => {
      if (this.diesAt !== step || !this.alive) return Promise.resolve();
      world.report.count(`died at ${step}`);
      world.kill(this, 0);
      return new Promise<never>(() => undefined);
    };
    const turns = {
      log,
      origin,
      entries: entries(world, this),
      broadcaster: broadcaster(world, this),
      proofs: testProofs,
      setAside: this.setAside,
      marks: this.marks,
      limitsOf: () => world.limits,
      now,
      onStep: this.onStep,
      retire: (keys: readonly string[]) => world.retire(keys),
      onErased: async ({ feed, before }: Erased) => {
        if (before !== undefined) await this.setAside.erase(feed);
      },
      events: {
        lossDetected: (_feed: string, reason: string) => world.report.log(`host ${index} detects: ${reason}`),
        appended: () => undefined,
        claimed: () => undefined,
        setAside: () => undefined,
      },
    };
    this.host = new FeedHost(turns);
    this.partitionHost = new PartitionHost({
      ...turns,
      feedHost: this.host,
      checkpoints: checkpoints(world, this),
      pause: () => Promise.resolve(),
    });
    this.view = new FeedView(FEED, {
      log,
      origin,
      marks: this.marks,
      proofs: testProofs,
      routeFeedTurn: (_feed, announced, caller) => world.turns.routeFeedTurn(this, announced, caller),
      limits: world.limits,
      ring: { publications: 6, bytes: 1024 * 1024 },
      now,
      onMissed: ({ epoch, publications }) => this.#push(world, epoch, publications),
      onMoved: ({ epoch, offset }) => {
        for (const client of world.clients) client.receivePosition(this, { epoch, offset });
      },
    });
  }

  join(): void {
    this.joins++;
    this.view.joined();
  }

  /** Passes the next broadcast to the view and on to the clients. */
  receive(world: InstancesWorld): void {
    const event = this.pendingBroadcasts.shift();
    if (!event) return;
    const { continues, shown } = this.view.receive(event);
    if (!continues) this.compareDue = true;
    if (shown) this.#push(world, shown.epoch, shown.publications);
  }

  /** Pushes publications to the clients, like the gateway. */
  #push(world: InstancesWorld, epoch: string, publications: readonly Publication[]): void {
    const shown = publications.map((publication) => present(publication, world.clock));
    for (const client of world.clients) client.push(this, epoch, shown);
  }

  get canCompare(): boolean {
    return !this.comparing && (this.compareDue || this.view.position !== undefined);
  }

  compare(world: InstancesWorld): void {
    this.compareDue = false;
    this.comparing = true;
    const [known, { losses, position }] = [this.marks.of(FEED), world];
    const end = () => (this.comparing = false);
    this.view.compare().then(
      () => {
        end();
        const isUnchanged = isDeepStrictEqual(position, world.position);
        if (isUnchanged && losses === world.losses) world.checker.onCompared(known);
      },
      () => {
        end();
        this.compareDue = true;
      },
    );
  }
}

function feedLog(world: InstancesWorld, instance: WalkInstance): FeedLog {
  const { calls } = instance;
  return {
    readHead: () => calls.read(() => world.store.head),
    readDocuments: (keys) => calls.read(() => keys.map((key) => world.store.documents.get(key))),
    commit(writes) {
      const [sawLoss, losses] = [world.turns.sawLoss(instance), world.losses];
      const epochs = world.turns.epochsKnownAtStart(instance);
      const known = [instance.marks.of(FEED), world.turns.knownByCallerOf(instance)];
      const apply = () => {
        const { store } = world;
        for (const { head, etag, documents } of writes) {
          // As in Redis, a refused head's documents are still written, and a missing key accepts any etag.
          for (const { key, value } of documents) store.documents.set(key, structuredClone(value));
          if (store.head ? store.head.etag !== etag : etag < 0) throw new TemporaryError('stale etag');
          world.checker.onCommit(head, documents, known, sawLoss || losses !== world.losses);
          world.checker.onEpochBegin(head, epochs);
          store.head = { head: structuredClone(head), etag: (store.head?.etag ?? 0) + 1 };
        }
      };
      return calls.write(() => world.change(apply));
    },
    removeDocuments: () => Promise.resolve(),
  };
}

function checkpoints(world: InstancesWorld, { calls }: WalkInstance): Checkpoints {
  return {
    read: () => calls.read(() => structuredClone(world.store.checkpoint)),
    write: (_partition, checkpoint, etag) =>
      calls.write(() =>
        world.change(() => {
          const { store } = world;
          if (store.checkpoint ? store.checkpoint.etag !== etag : etag < 0)
            throw new TemporaryError('stale etag');
          world.checker.onCheckpoint(checkpoint);
          store.checkpoint = { checkpoint, etag: (store.checkpoint?.etag ?? 0) + 1 };
        }),
      ),
  };
}

function entries(world: InstancesWorld, { calls }: WalkInstance): Entries {
  const get = (key: string) => world.store.entries.get(key)?.text;
  return {
    peek: (key) => calls.read(() => get(key)),
    pop: (key) =>
      calls.write(() =>
        world.change(() => {
          const text = get(key);
          world.checker.onPop(key);
          world.store.entries.delete(key);
          return text;
        }),
      ),
  };
}

function broadcaster(world: InstancesWorld, { calls }: WalkInstance): Broadcaster {
  return {
    broadcast: (events) =>
      calls.write(
        () => {
          for (const event of events) {
            world.checker.onBroadcast(event);
            for (const instance of world.instances) instance.pendingBroadcasts.push(event);
          }
        },
        () => !world.isBackplaneDown,
      ),
    onEvent: () => undefined,
    onGap: () => undefined,
  };
}
