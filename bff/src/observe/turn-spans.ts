import { AsyncLocalStorage } from 'node:async_hooks';
import { recordSpans, spanTime, type SpanName } from '@tocsin/service';
import type { OnStep, Step } from '../deliver/ports.ts';
import type { TurnEvents } from '../deliver/turn/turn.ts';
import { lastEntryKey } from './log-names.ts';

type Moment = Step | 'started';

/**
 * Records each turn's spans in the traces of all notifications in the turn. Wraps turns and the functions that receive
 * a turn's steps and events.
 */
export function createTurnSpans(onStep: OnStep, events: TurnEvents) {
  const moments = new AsyncLocalStorage<Map<Moment, number>>();
  return {
    wrapTurn: <T>(turn: () => Promise<T>): Promise<T> =>
      moments.run(new Map([['started', spanTime()]]), turn),
    onStep: (async (step) => {
      moments.getStore()?.set(step, spanTime());
      await onStep(step);
    }) satisfies OnStep,
    events: {
      ...events,
      appended(feed, batch, commit) {
        events.appended(feed, batch, commit);
        const times = moments.getStore();
        if (!times || !batch?.traces?.length) return;
        const attributes = {
          'tocsin.feed': feed,
          'tocsin.entry': lastEntryKey(feed, batch),
          'tocsin.publications': commit.publications.length,
        };
        const record = (name: SpanName, from: number | undefined, to: number | undefined) => {
          if (from === undefined || to === undefined || to < from) return;
          recordSpans({ name, from, to, attributes }, batch.traces ?? []);
        };
        const now = spanTime();
        record('turn', times.get('started'), now);
        record('commit', times.get('peeked'), times.get('committed'));
        if (batch.partition === undefined) {
          record('claim', times.get('committed'), times.get('popped'));
          record('broadcast', times.get('popped'), times.get('broadcast'));
        } else record('broadcast', times.get('committed'), times.get('broadcast'));
        // If the turn commits more, the next `turn` span starts here.
        times.set('started', now);
      },
      claimed(batch) {
        events.claimed(batch);
        const from = moments.getStore()?.get('broadcast');
        if (from === undefined || !batch.traces?.length) return;
        const attributes = { 'tocsin.entry': lastEntryKey('', batch) };
        recordSpans({ name: 'claim', from, to: spanTime(), attributes }, batch.traces);
      },
    } satisfies TurnEvents,
  };
}
