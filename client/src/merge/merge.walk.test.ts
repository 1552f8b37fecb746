import type { Position, Publication } from '@tocsin/contracts';
import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { FeedMerge } from './merge.ts';
import type { MergeEffect } from './merge-types.ts';

const PAGE = 4;
const NEWEST = 3;

interface Epoch {
  readonly name: string;
  readonly log: Publication[];
}

/** A feed that sometimes loses state, behind a connection that duplicates, reorders and drops pushes. */
class Walk {
  epochs: Epoch[] = [{ name: 'e0', log: [] }];
  readonly merge = new FeedMerge(undefined, 6);
  readonly shown: string[] = [];
  readonly visible = new Set<string>();
  readonly goneIds = new Set<string>();
  pushes: { epoch: string; publications: Publication[] }[] = [];
  pending: { position: Position | undefined } | undefined;
  connected = false;
  gapOpen = false;
  backingOff = false;
  missed = 0;
  #ids = 0;

  get head(): Epoch {
    return this.epochs.at(-1) as Epoch;
  }

  /**
   * The kind decides what is appended. 0 and 1: a publication with a new id and a collapse key. 2 to 5: a publication
   * with a new id only. 6 and 7: a publication with an id that was used before. 8 and 9: a retraction.
   */
  append(kind: number): void {
    const { log } = this.head;
    const offset = log.length + 1;
    if (kind < 2) log.push(published(offset, `n${++this.#ids}`, `k${kind}`));
    else if (kind < 6) log.push(published(offset, `n${++this.#ids}`));
    else if (kind < 8) log.push(published(offset, `n${1 + (kind % Math.max(1, this.#ids))}`));
    else
      log.push({ offset, notification: null, id: `n${1 + (offset % (this.#ids + 2))}`, gone: 'retracted' });
    this.pushes.push({ epoch: this.head.name, publications: log.slice(-1) });
  }

  newEpoch(): void {
    this.epochs.push({ name: `e${this.epochs.length}`, log: [] });
  }

  handle(event: Parameters<FeedMerge['handle']>[0]): void {
    const before = this.merge.position;
    const effects = this.merge.handle(event);
    let position = before;
    for (const effect of effects) position = this.#apply(effect, position, event.type);
    expect(position).toEqual(this.merge.position);
  }

  #apply(effect: MergeEffect, position: Position | undefined, cause: string): Position | undefined {
    switch (effect.type) {
      case 'subscribe':
        expect(this.connected, 'subscribes only while connected').toBe(true);
        expect(this.pending, 'has one pending subscribe at a time').toBe(undefined);
        this.pending = { position: effect.position };
        return position;
      case 'ask-later':
        this.backingOff = true;
        return position;
      case 'gap-opened':
      case 'gap-closed':
        this.gapOpen = effect.type === 'gap-opened';
        return position;
      case 'show':
        for (const publication of effect.publications) this.#show(effect.epoch, publication);
        return position;
      case 'gone':
        for (const id of effect.ids) {
          this.visible.delete(id);
          this.goneIds.add(id);
        }
        return position;
      case 'missed':
        this.missed++;
        return position;
      case 'moved':
        if (cause !== 'answer') expect(effect.position.epoch).toBe(position?.epoch);
        if (cause !== 'answer') expect(effect.position.offset).toBeGreaterThan(position?.offset ?? 0);
        return effect.position;
      case 'caught-up':
        return position;
    }
  }

  #show(epoch: string, publication: Publication): void {
    const id = publication.notification?.id ?? '';
    const logged = this.epochs.find(({ name }) => name === epoch)?.log[publication.offset - 1];
    expect(publication, 'shows the logged publication').toEqual(logged);
    expect(this.shown, 'shows an id once').not.toContain(id);
    expect(this.goneIds.has(id), 'never shows a gone id').toBe(false);
    this.shown.push(id);
    this.visible.add(id);
  }

  connect(): void {
    if (this.connected) this.disconnect();
    this.connected = true;
    this.handle({ type: 'connected' });
  }

  disconnect(): void {
    this.connected = false;
    this.pending = undefined;
    this.backingOff = false;
    this.pushes = [];
    this.handle({ type: 'disconnected' });
    expect(this.gapOpen, 'leaves no gap timer').toBe(false);
  }

  /**
   * Responds as if the log of the instance lacked the last `behind` publications. If `refuse` is true, refuses the
   * request.
   */
  respond(behind: number, refuse: boolean): void {
    const { pending } = this;
    if (!pending) return;
    this.pending = undefined;
    if (refuse) return this.handle({ type: 'refused' });
    const { name, log } = this.head;
    const visibleLog = log.slice(0, Math.max(0, log.length - behind));
    const { position } = pending;
    const recovered = !position || (position.epoch === name && position.offset <= visibleLog.length);
    const missed = !position ? [] : recovered ? visibleLog.slice(position.offset) : visibleLog.slice(-NEWEST);
    const publications = recovered ? missed.slice(0, PAGE) : missed;
    const more = publications.length < missed.length;
    const offset = more ? (publications.at(-1)?.offset ?? 0) : visibleLog.length;
    this.handle({ type: 'answer', page: { epoch: name, offset, recovered, more, publications } });
  }

  deliver(index: number, fate: 'once' | 'twice' | 'lost'): void {
    const [push] = this.pushes.splice(index % Math.max(1, this.pushes.length), 1);
    if (!push || !this.connected || fate === 'lost') return;
    this.handle({ type: 'publications', ...push });
    if (fate === 'twice') this.handle({ type: 'publications', ...push });
  }

  heartbeat(): void {
    if (this.connected)
      this.handle({ type: 'position', position: { epoch: this.head.name, offset: this.head.log.length } });
  }

  timers(): void {
    if (this.gapOpen && this.connected) {
      this.gapOpen = false;
      this.handle({ type: 'gap-stayed' });
    }
    if (this.backingOff && this.connected) {
      this.backingOff = false;
      this.handle({ type: 'retry' });
    }
  }
}

const published = (offset: number, id: string, collapseKey?: string): Publication => ({
  offset,
  notification: {
    ...{ id, feed: 'all', severity: 'info', title: id, createdAt: '2026-01-01T00:00:00Z' },
    ...(collapseKey !== undefined && { collapseKey }),
  },
});

/** Returns the ids of the notifications that remain visible after the whole log has arrived in order. */
function visibleIdsOf(log: readonly Publication[]): string[] {
  const [seen, gone, newest] = [new Set<string>(), new Set<string>(), new Map<string, string>()];
  for (const publication of log) {
    if (publication.notification === null) gone.add(publication.id);
    else if (!seen.has(publication.notification.id) && !gone.has(publication.notification.id)) {
      const { id, collapseKey } = publication.notification;
      seen.add(id);
      if (collapseKey === undefined) continue;
      gone.add(newest.get(collapseKey) ?? '');
      newest.set(collapseKey, id);
    }
  }
  return [...seen].filter((id) => !gone.has(id));
}

const fate = fc.constantFrom('once', 'once', 'once', 'twice', 'lost');
const action = fc.oneof(
  { weight: 8, arbitrary: fc.nat(9).map((kind) => (walk: Walk) => walk.append(kind)) },
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(3), fate).map(
      ([n, f]) =>
        (walk: Walk) =>
          walk.deliver(n, f),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(3), fc.nat(4)).map(
      ([behind, n]) =>
        (walk: Walk) =>
          walk.respond(Math.max(0, behind - 1), n === 0),
    ),
  },
  { weight: 3, arbitrary: fc.constant((walk: Walk) => walk.timers()) },
  { weight: 2, arbitrary: fc.constant((walk: Walk) => walk.heartbeat()) },
  { weight: 1, arbitrary: fc.constant((walk: Walk) => walk.handle({ type: 'silence' })) },
  { weight: 1, arbitrary: fc.constant((walk: Walk) => walk.connect()) },
  { weight: 1, arbitrary: fc.constant((walk: Walk) => walk.disconnect()) },
  { weight: 1, arbitrary: fc.nat(3).map((n) => (walk: Walk) => n === 0 && walk.newEpoch()) },
);

/** Delivers all messages and runs all timers. */
function settle(walk: Walk): void {
  if (!walk.connected) walk.connect();
  for (let round = 0; round < 50; round++) {
    walk.respond(0, false);
    walk.deliver(0, 'once');
    walk.timers();
    if (!walk.pending) walk.heartbeat();
  }
}

it(
  'should reach the end of the log, show each notification once and remove notifications that are gone',
  { timeout: 120_000 },
  () => {
    let recovered = 0;
    fc.assert(
      fc.property(fc.array(action, { minLength: 20, maxLength: 120 }), (actions) => {
        const walk = new Walk();
        walk.connect();
        walk.respond(0, false);
        for (const act of actions) act(walk);
        settle(walk);
        expect(walk.merge.position).toEqual({ epoch: walk.head.name, offset: walk.head.log.length });
        expect(walk.merge.live).toBe(true);
        if (walk.missed > 0) return;
        recovered++;
        expect([...walk.visible], 'shows the whole log in order').toEqual(visibleIdsOf(walk.head.log));
      }),
      { numRuns: 400 * inject('walkShare'), seed: 20261124 },
    );
    expect(recovered).toBeGreaterThan(50 * inject('walkShare'));
  },
);
