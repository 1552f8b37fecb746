import { Caller, Observer, audit, isClean, makeNotifications } from '@tocsin/lab';
import { startStack, type Stack } from '@tocsin/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('delivery to two instances', () => {
  let stack: Stack;
  let observers: Observer[];

  beforeAll(async () => {
    stack = await startStack();
    observers = stack.bffs.flatMap(({ url, name }) =>
      Array.from({ length: 5 }, (_, i) => new Observer(`client ${i + 1} on ${name}`, url)),
    );
    await Promise.all(observers.map((observer) => observer.ready()));
  });
  afterAll(async () => {
    for (const observer of observers) observer.close();
    await stack.stop();
  });

  const notifications = makeNotifications(1_000);

  it('should show 1,000 single notifications in order, exactly once and without gaps', async () => {
    const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
    const started = Date.now();
    await caller.postSingly(notifications, 32);
    await Promise.all(observers.map((observer) => observer.untilShown(caller.acknowledged.keys())));
    console.log(`1,000 single notifications, 32 in flight: all shown after ${Date.now() - started} ms`);
    const results = observers.map((observer) => audit(observer, caller.acknowledged.keys()));
    expect(results.filter((result) => !isClean(result))).toEqual([]);
    const orders = new Set(observers.map(({ shown }) => shown.map(({ id }) => id).join()));
    expect(orders.size).toBe(1);
    expect(observers[0]?.shown.map(({ offset }) => offset)).toEqual(notifications.map((_, i) => i + 1));
  });

  it('should not show notifications again when they’re republished with the same ids', async () => {
    const caller = new Caller({ urls: stack.producers.map(({ url }) => url) });
    await caller.postSingly(notifications, 32);
    const [last] = makeNotifications(1, { label: 'last' });
    await caller.post([last as NonNullable<typeof last>]);
    await Promise.all(observers.map((observer) => observer.untilShown([last?.id ?? ''])));
    for (const { shown } of observers) expect(shown).toHaveLength(notifications.length + 1);
  });
});
