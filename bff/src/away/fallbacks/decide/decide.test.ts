import { describe, expect, it } from 'vitest';
import { READER, arrival } from '../../../../testing/away/deployment.ts';
import { newAway, type AwayDocument } from '../document.ts';
import { MAX_SHOWN, decide, type DecisionInput } from './decide.ts';

const NOW = Date.parse('2026-01-02T00:00:00Z');
const CREATED = '2026-01-01T00:00:00.000Z';
const RULES = { windowMs: 0, perHour: 100, repeats: false };

/** A deployment with email and push channels. The reader has an e-mail address but no push device. */
const input: DecisionInput = {
  ...{ now: NOW, woken: NOW, isFull: () => false, reaches: (via) => via !== 'push' },
  rulesOf: (via) => (via === 'email' || via === 'push' ? RULES : undefined),
  standingOf: ({ id }) => ({ isOpen: true, isSeen: false, notification: arrival(id) }),
  mayInterrupt: () => ({ interrupt: true }),
  newKey: () => 'key',
};

type Step = AwayDocument['waiting'][number]['steps'][number];
const due = (via: string): Step => ({ via, unless: 'read', at: NOW - 1 });
const later = (via: string): Step => ({ via, unless: 'read', at: NOW + 1 });
const documentWith = (waiting: Record<string, Step[]>): AwayDocument => ({
  ...newAway(READER),
  waiting: Object.entries(waiting).map(([id, steps]) => ({ id, createdAt: CREATED, steps })),
});

it("should only end the due steps of channels that don't exist or don't reach the reader", () => {
  const { document, messages } = decide(
    documentWith({
      a: [due('x-1'), later('x-1'), due('push'), due('email')],
      b: [later('push'), due('x-2'), { ...due('x-1'), unless: 'seen' }],
      c: [due('push')],
    }),
    input,
  );
  const ended = document.receipts.map(({ id, via, outcome, unless, reason }) => [
    ...[id, via, outcome, unless, reason],
  ]);
  const noAddress = 'the reader has no address for this channel';
  expect(ended).toEqual([
    ['a', 'x-1', 'refused', undefined, 'there is no x-1 channel'],
    ['b', 'x-1', 'refused', 'seen', 'there is no x-1 channel'],
    ['a', 'push', 'suppressed', undefined, noAddress],
    ['c', 'push', 'suppressed', undefined, noAddress],
    ['b', 'x-2', 'refused', undefined, 'there is no x-2 channel'],
  ]);
  expect(document.waiting.map(({ id, steps }) => [id, steps])).toEqual([
    ['a', [later('x-1')]],
    ['b', [later('push')]],
  ]);
  expect(messages.map(({ via, items }) => [via, items.map(({ id }) => id)])).toEqual([['email', ['a']]]);
});

it('should not resend a message after three days, but record why each fallback ended', () => {
  const item = { createdAt: '2025-12-29T00:00:00.000Z', unless: 'read' as const };
  const items = [
    { ...item, id: 'a', retracted: true as const },
    { ...item, id: 'b' },
  ];
  const sending = [{ key: 'key', via: 'email', until: NOW, attempts: 1, items }];
  const rulesOf = () => ({ ...RULES, repeats: true });
  const { document } = decide({ ...newAway(READER), sending }, { ...input, rulesOf });
  expect(document.receipts.map(({ id, outcome, reason }) => [id, outcome, reason])).toEqual([
    ['a', 'unknown', 'retracted before the channel replied'],
    ['b', 'unknown', 'the instance stopped before the channel replied'],
  ]);
});

describe('a message that is due to be repeated', () => {
  const item = { createdAt: CREATED, since: NOW, unless: 'seen' as const };
  const items = ['read', 'seen', 'muted', 'open'].map((id) => ({ ...item, id, notification: arrival(id) }));
  const before = {
    ...newAway(READER),
    sending: [{ key: 'key', via: 'email', until: NOW, attempts: 1, items }],
  };
  const repeating: DecisionInput = {
    ...input,
    rulesOf: () => ({ ...RULES, repeats: true }),
    standingOf: ({ id }) =>
      id === 'read'
        ? { isOpen: false, reason: 'read' }
        : { isOpen: true, isSeen: id === 'seen', notification: arrival(id) },
    mayInterrupt: ({ id }) => (id === 'muted' ? { interrupt: false, why: 'muted' } : { interrupt: true }),
  };

  it('should only contain the notifications that are still open', () => {
    const { document, messages } = decide(before, repeating);
    expect(messages.map(({ attempts, items: left }) => [attempts, left.map(({ id }) => id)])).toEqual([
      [2, ['open']],
    ]);
    expect(document.sending).toEqual(messages);
    expect(document.receipts.map(({ id, outcome, reason }) => [id, outcome, reason])).toEqual(
      ['read', 'seen', 'muted'].map((id) => [id, 'suppressed', `${id}; an earlier attempt may have arrived`]),
    );
  });

  it('should show open notifications that were only counted before', () => {
    const shown = Array.from({ length: MAX_SHOWN }, () => items.slice(0, 1)).flat();
    const counted = Array.from({ length: 5 }, (_, n) => ({ ...item, id: `open-${n}` }));
    const sending = [{ key: 'key', via: 'email', until: NOW, attempts: 1, items: [...shown, ...counted] }];
    const { messages } = decide({ ...before, sending }, repeating);
    expect(
      messages.map(({ items: left }) => left.map(({ id, notification }) => [id, notification?.id])),
    ).toEqual([counted.map(({ id }) => [id, id])]);
  });

  it('should end if the channel no longer reaches the reader', () => {
    const { document, messages } = decide(before, { ...repeating, reaches: () => false });
    expect([messages, document.sending]).toEqual([[], []]);
    expect(document.receipts.map(({ outcome, reason }) => [outcome, reason])).toEqual(
      items.map(() => [
        'suppressed',
        'the reader has no address for this channel; an earlier attempt may have arrived',
      ]),
    );
  });
});

it('should read each step only a few times, regardless of the number of channels', () => {
  const names = Array.from({ length: 900 }, (_, index) => `x-${index}`);
  let reads = 0;
  const counted = ({ via, ...rest }: Step): Step => ({
    ...rest,
    get via() {
      reads++;
      return via;
    },
  });
  const steps = names.flatMap((name) => [counted(due(name)), counted(later(name))]);
  const { document } = decide(documentWith({ a: steps }), input);
  expect(document.receipts.map(({ via, outcome }) => [via, outcome])).toEqual(
    names.map((name) => [name, 'refused']),
  );
  expect(document.waiting).toMatchObject([{ id: 'a', steps: { length: names.length } }]);
  expect(reads).toBeLessThan(10 * steps.length);
});
