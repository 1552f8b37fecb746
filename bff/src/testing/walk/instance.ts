import type { Head, PublicationsEvent } from '@tocsin/contracts';
import { TemporaryError } from '../../deliver/errors.ts';
import { FeedHost } from '../../deliver/feed-host.ts';
import { Heard } from '../../deliver/heard.ts';
import type { Broadcaster, Entries, FeedLog, SetAsideStore } from '../../deliver/ports.ts';
import { FeedView } from '../../recover/feed-view.ts';
import { Calls } from './calls.ts';
import { FEED } from './producers.ts';
import type { World } from './world.ts';

/** A bff instance: the real host of turns and the real view, over calls that the walk lets through one by one. */
export class WalkInstance {
  readonly index: number;
  readonly calls: Calls;
  readonly heard = new Heard();
  readonly host: FeedHost;
  readonly view: FeedView;
  inbox: PublicationsEvent[] = [];
  paused = false;
  alive = true;
  compareDue = false;
  comparing = false;
  deliveries = 0;
  readonly setAside: SetAsideStore;

  constructor(world: World, index: number) {
    this.index = index;
    this.calls = new Calls((effect) => world.land(effect));
    const log = feedLog(world, this);
    const origin = {
      firstEpoch: () => this.calls.write(() => world.change(() => world.store.firstEpoch(world.clock))),
    };
    this.setAside = {
      add: (record) =>
        this.calls.write(() => {
          world.checker.setAside(record);
          world.store.setAside.set(record.entry, record.reason);
        }),
      erase: () => Promise.resolve(),
    };
    const now = () => world.clock;
    this.host = new FeedHost({
      log,
      origin,
      entries: entries(world, this),
      broadcaster: broadcaster(world, this),
      setAside: this.setAside,
      heard: this.heard,
      limits: world.limits,
      now,
      reach: () => Promise.resolve(),
      retire: (keys) => world.retire(keys),
      onErased: (feed) => this.setAside.erase(feed),
      events: {
        lossNoticed: (_feed, reason) => world.report.log(`host ${index} notices: ${reason}`),
        appended: () => undefined,
        setAside: () => undefined,
      },
    });
    this.view = new FeedView(FEED, {
      log,
      origin,
      heard: this.heard,
      callFeed: (_feed, announced, caller) => world.callFeed(this, announced, caller),
      limits: world.limits,
      ring: { publications: 6, bytes: 1024 * 1024 },
      now,
    });
  }

  /** Takes the next broadcast: to the view, then to its sockets. */
  receive(world: World): void {
    const event = this.inbox.shift();
    if (!event) return;
    const { continues, shown } = this.view.receive(event);
    if (!continues) this.compareDue = true;
    if (shown) for (const client of world.clients) client.push(this, shown);
  }

  compare(): void {
    if (this.comparing || (!this.compareDue && !this.view.position)) return;
    this.compareDue = false;
    this.comparing = true;
    const end = () => (this.comparing = false);
    this.view.compare().then(end, () => {
      end();
      this.compareDue = true;
    });
  }
}

function feedLog(world: World, instance: WalkInstance): FeedLog {
  const { calls } = instance;
  return {
    readHead: () => calls.read(() => world.store.head),
    readDocuments: (keys) => calls.read(() => keys.map((key) => world.store.documents.get(key))),
    commit(_feed, head: Head, etag, documents) {
      const [sawLoss, losses] = [world.sawLoss(instance), world.losses];
      const heard = [instance.heard.of(FEED), world.saidTo(instance)];
      const apply = () => {
        const { store } = world;
        // As on Redis: what goes with a head that is refused is written, and an absent key takes any etag.
        for (const { key, value } of documents) store.documents.set(key, structuredClone(value));
        if (store.head ? store.head.etag !== etag : etag < 0) throw new TemporaryError('another etag');
        world.checker.commits(head, documents, heard, sawLoss || losses !== world.losses);
        store.head = { head: structuredClone(head), etag: (store.head?.etag ?? 0) + 1 };
      };
      return calls.write(() => world.change(apply), 0.08);
    },
    removeDocuments: () => Promise.resolve(),
  };
}

function entries(world: World, { calls }: WalkInstance): Entries {
  const get = (key: string) => world.store.entries.get(key)?.text;
  return {
    peek: (key) => calls.read(() => get(key)),
    pop: (key) =>
      calls.write(() =>
        world.change(() => {
          const text = get(key);
          world.checker.pops(key);
          world.store.entries.delete(key);
          return text;
        }),
      ),
  };
}

function broadcaster(world: World, { calls }: WalkInstance): Broadcaster {
  return {
    broadcast: (event) =>
      calls.write(() => {
        world.checker.pushes(event);
        for (const instance of world.instances) {
          if (!(world.on('broadcast') && world.random.chance(0.15))) instance.inbox.push(event);
        }
      }, world.busRisk),
    onEvent: () => undefined,
  };
}
