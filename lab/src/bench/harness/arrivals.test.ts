import { describe, expect, it } from 'vitest';
import { Arrivals } from './arrivals.ts';
import { forEachMessageNumber, textOf } from './message-numbers.ts';

const data = (...numbers: number[]): Buffer =>
  Buffer.from(`[${numbers.map((n) => `{"text":"${textOf(n, 200)}"}`).join(',')}]`);

describe('message numbers', () => {
  it('should all be found in the data from a peer', () => {
    const found: number[] = [];
    forEachMessageNumber(data(1, 99_999_999, 42), (n) => found.push(n));
    forEachMessageNumber(Buffer.from('{"title":"@ 12"}'), (n) => found.push(n));
    expect(found).toEqual([1, 99_999_999, 42]);
  });

  it('should be padded to the requested text length', () => {
    expect(textOf(7, 200)).toHaveLength(200);
  });
});

describe('Arrivals', () => {
  it('should report when a message has reached all clients', async () => {
    const complete: number[] = [];
    const arrivals = new Arrivals({ clients: 2, first: 10, onComplete: (n) => complete.push(n) });
    arrivals.take(0, data(9, 10, 11));
    arrivals.take(1, data(11));
    expect(complete).toEqual([11]);
    arrivals.take(1, data(10));
    await arrivals.all(2, 1_000);
  });

  it('should fail if a message is missing', async () => {
    const arrivals = new Arrivals({ clients: 2, first: 0 });
    arrivals.take(0, data(0, 1));
    arrivals.take(1, data(0));
    await expect(arrivals.all(2, 10)).rejects.toThrow('1 of 2 messages did not reach all 2 clients');
  });

  it('should fail if a message arrived twice', async () => {
    const arrivals = new Arrivals({ clients: 1, first: 0 });
    arrivals.take(0, data(0, 5_000, 0));
    await expect(arrivals.all(2, 1_000)).rejects.toThrow('Messages that arrived twice: 1.');
  });
});
