import { MAX_EVENT_ID } from '@tocsin/contracts';
import { describe, expect, it } from 'vitest';
import { threadCpuMs } from '../../testing/thread-cpu.ts';
import { readEvent } from './read-event.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const event = (members: object) => ({ specversion: '1.0', type: 'x', source: 'shop', id: 'e1', ...members });

describe('an oversized event', () => {
  it('should be read quickly despite a long id, and result in stable item ids', () => {
    const long = event({
      id: 'j'.repeat(3_900_000),
      data: Array.from({ length: 1_000 }, () => ({ title: 'x' })),
    });
    const started = threadCpuMs();
    const read = readEvent(long, NOW);
    const used = threadCpuMs() - started;
    // With the whole id in each item, this would take eleven seconds.
    expect(used).toBeLessThan(2_000);
    if (!('inputs' in read)) throw new Error('the event was rejected');
    expect(read.inputs.map(({ id }) => id?.length)).toEqual(read.inputs.map((_, n) => 65 + String(n).length));
    expect(readEvent(long, NOW)).toEqual(read);
    expect(readEvent(event({ ...long, id: 'k'.repeat(3_900_000) }), NOW)).not.toEqual(read);
  });

  it('should keep an id of maximum length', () => {
    const read = readEvent(event({ id: 'i'.repeat(MAX_EVENT_ID), data: 7 }), NOW);
    expect(read).toMatchObject({ refused: { event: 'i'.repeat(MAX_EVENT_ID) } });
  });

  it('should be stored in a record of limited size, no matter which part is too large', () => {
    const hugeText = 'x'.repeat(3_900_000);
    const faults = [...Array.from({ length: 999 }, () => ({ ['y'.repeat(2_000)]: 7 })), '"'.repeat(120_000)];
    for (const members of [
      { id: hugeText, data: 7 },
      { source: hugeText, data: 7 },
      { data: faults },
      { data: hugeText },
    ]) {
      const read = readEvent(event(members), NOW);
      if (!('refused' in read)) throw new Error('the event was accepted');
      expect(JSON.stringify(read).length).toBeLessThan(1024 * 1024);
      expect(read.refused.errors.length).toBeLessThanOrEqual(102);
    }
  });
});

it('should reject every fallback in an event if events must not have fallbacks', () => {
  const fallback = [{ after: 'PT5M', via: 'email' }];
  const data = [{ title: 'a' }, { title: 'b', feed: 'user:ada', fallback }];
  expect(readEvent(event({ data }), NOW)).toMatchObject({ inputs: [{ title: 'a' }, { fallback }] });
  expect(readEvent(event({ data }), NOW, { allowFallbacks: false })).toMatchObject({
    refused: { errors: [{ path: '1.fallback' }] },
  });
});

it('should omit the items that expired while the event waited, and keep the ids of the others', () => {
  const now = Date.now();
  const at = (ms: number) => new Date(now + ms).toISOString();
  const [passed, future, earlier] = [at(-60_000), at(60_000), at(-180_000)];
  const waited = (data: unknown) => readEvent(event({ time: at(-120_000), data }), now);
  const data = [{ title: 'a', expiresAt: passed }, { title: 'b' }, { title: 'c', expiresAt: future }];
  expect(waited(data)).toMatchObject({
    inputs: [
      { title: 'b', id: 'e1:1' },
      { title: 'c', id: 'e1:2' },
    ],
  });
  expect(waited({ title: 'a', expiresAt: passed })).toEqual({ expired: 'e1' });
  expect(waited([...data, { expiresAt: passed }])).toMatchObject({
    refused: { errors: [{ path: '3.title' }] },
  });
  expect(waited({ title: 'a', expiresAt: earlier })).toMatchObject({
    refused: { errors: [{ path: 'expiresAt' }] },
  });
  expect(readEvent(event({ data }), now)).toMatchObject({ refused: { errors: [{ path: '0.expiresAt' }] } });
});

it('should omit an item that expires while the event is being read', () => {
  const now = Date.now() - 500;
  const data = [{ title: 'a', expiresAt: new Date(now + 100).toISOString() }, { title: 'b' }];
  const time = new Date(now - 10_000).toISOString();
  expect(readEvent(event({ time, data }), now)).toMatchObject({ inputs: [{ title: 'b' }], expiredItems: 1 });
});
