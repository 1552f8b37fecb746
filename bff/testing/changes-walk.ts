import { FeedMerge, type MergeEvent } from '@tocsin/client';
import type { EntryItem, Page, PublicationsEvent } from '@tocsin/contracts';
import type { Step } from '../src/deliver/ports.ts';
import { FeedView } from '../src/recover/views/feed-view.ts';
import { readPage } from '../src/recover/page/page.ts';
import { FEED, Fixture, RUN } from './feed-fixture.ts';
import { testProofs } from './test-proofs.ts';

interface Row {
  id: string;
  title: string;
  key: string | undefined;
  gone: string | undefined;
}

/** Returns the content that a feed must have after these entries. A simple reference implementation. */
export function replay(entries: readonly (readonly EntryItem[])[]): Row[] {
  let rows: Row[] = [];
  let retracted = new Set<string>();
  for (const item of entries.flat()) {
    if ('erase' in item) [rows, retracted] = [[], new Set()];
    else if ('retract' in item) {
      const { retract: id } = item;
      if (retracted.has(id)) continue;
      retracted.add(id);
      for (const row of rows) if (row.id === id) row.gone ??= 'retracted';
      rows.push({ id, title: '', key: undefined, gone: 'retracted' });
    } else {
      const { id, title, collapseKey: key } = item;
      if (retracted.has(id) || rows.some((row) => row.id === id && row.title !== '')) continue;
      for (const row of rows) if (key !== undefined && row.key === key) row.gone ??= 'replaced';
      rows.push({ id, title, key, gone: undefined });
    }
  }
  return rows;
}

/**
 * A simulated browser that follows a view with the client's own `FeedMerge`. `screen` is the list that the browser
 * shows.
 */
export class ChangesClient {
  readonly merge = new FeedMerge();
  readonly screen = new Map<string, string>();
  isComplete = true;
  #requested: { epoch: string; offset: number } | undefined | 'nothing' = 'nothing';
  #hasTimers = false;

  take(event: MergeEvent): void {
    for (const effect of this.merge.handle(event)) {
      if (effect.type === 'subscribe') this.#requested = effect.position;
      if (effect.type === 'ask-later' || effect.type === 'gap-opened') this.#hasTimers = true;
      if (effect.type === 'missed' && effect.erased) this.screen.clear();
      else if (effect.type === 'missed') this.isComplete = false;
      if (effect.type === 'gone') for (const id of effect.ids) this.screen.delete(id);
      if (effect.type !== 'show') continue;
      for (const { notification } of effect.publications)
        this.screen.set(notification.id, notification.title);
    }
  }

  /** Fires timers and answers the pending request. */
  async answer(
    read: (position: { epoch: string; offset: number } | undefined) => Promise<Page>,
  ): Promise<void> {
    if (this.#hasTimers) {
      this.#hasTimers = false;
      this.take({ type: 'retry' });
      this.take({ type: 'gap-stayed' });
    }
    if (this.#requested === 'nothing') return;
    const position = this.#requested;
    this.#requested = 'nothing';
    this.take({ type: 'answer', page: await read(position) });
  }
}

/** An instance that has a single browser and can miss broadcasts. */
class ChangesInstance {
  readonly view: FeedView;
  readonly client = new ChangesClient();
  missesBroadcasts = false;
  /** Titles that must no longer be served. */
  forbidden: string[] = [];
  readonly #walk: ChangesWalk;

  constructor(walk: ChangesWalk) {
    this.#walk = walk;
    const { fixture } = walk;
    const send = ({ epoch, publications }: PublicationsEvent) =>
      this.client.take({ type: 'publications', epoch, publications });
    this.view = new FeedView(FEED, {
      ...{ log: fixture.log, origin: fixture.origin, marks: fixture.instance().marks },
      ...{ limits: fixture.limits, proofs: testProofs },
      ...{ ring: { publications: 4, bytes: 1024 * 1024 }, now: () => fixture.now },
      routeFeedTurn: (_feed, _announced, caller) => fixture.instance().turn(undefined, caller),
      onMissed: send,
      onMoved: ({ epoch, offset }) => this.client.take({ type: 'position', position: { epoch, offset } }),
    });
    this.client.take({ type: 'connected' });
    fixture.broadcaster.onEvent((event) => {
      if (this.missesBroadcasts) return;
      this.forbidden = walk.forbidden();
      const { shown } = this.view.receive(event);
      if (shown) send(shown);
    });
  }

  async read(): Promise<Page> {
    const page = await readPage(this.view, { kind: 'newest', limit: 200 }, () => this.#walk.fixture.now);
    const text = JSON.stringify(page);
    const served = this.forbidden.filter((title) => text.includes(`"${title}"`));
    if (served.length > 0) throw new Error(`served removed content: ${served.join()} in ${text}`);
    return page;
  }

  answer(): Promise<void> {
    return this.client.answer((position) => {
      const request = position ? ({ kind: 'after', position } as const) : ({ kind: 'position' } as const);
      return readPage(this.view, request, () => this.#walk.fixture.now);
    });
  }
}

/** Simulates a feed in memory, with two hosts that can crash at any step, and two instances with a browser each. */
export class ChangesWalk {
  readonly fixture = new Fixture();
  readonly entries: EntryItem[][] = [];
  readonly instances: ChangesInstance[];
  crashes = 0;
  #crashStep: Step | undefined;
  #hosts;

  constructor() {
    this.#hosts = [this.#newHost(), this.#newHost()];
    this.instances = [new ChangesInstance(this), new ChangesInstance(this)];
  }

  put(items: EntryItem[]): void {
    this.entries.push(items);
    this.fixture.put(this.entries.length, items);
  }

  /** Sets whether the instance misses broadcasts from now on. */
  missBroadcasts(index: 0 | 1, missesBroadcasts: boolean): void {
    const instance = this.instances[index];
    if (instance) instance.missesBroadcasts = missesBroadcasts;
  }

  /** Runs a turn for all entries on a host. If `crashStep` is given, the host crashes at that step. */
  async turn(host: 0 | 1, crashStep: Step | undefined): Promise<void> {
    if (this.entries.length === 0) return;
    this.#crashStep = crashStep;
    try {
      await this.#hosts[host]?.turn(this.entries.length);
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'died') throw error;
      this.crashes++;
      this.#hosts[host] = this.#newHost();
    }
    this.#crashStep = undefined;
  }

  /** Titles of committed notifications that are no longer visible and must never be served. */
  forbidden(): string[] {
    const committed = this.entries.slice(0, this.fixture.head?.producers[RUN]?.[0] ?? 0);
    const live = new Set(replay(committed).flatMap(({ title, gone }) => (gone ? [] : [title])));
    const titles = committed.flat().flatMap((item) => ('title' in item ? [item.title] : []));
    return titles.filter((title) => !live.has(title));
  }

  #newHost() {
    return this.fixture.instance((step) =>
      step === this.#crashStep ? Promise.reject(new Error('died')) : Promise.resolve(),
    );
  }
}
