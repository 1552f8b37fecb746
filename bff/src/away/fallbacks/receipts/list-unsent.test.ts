import type { SetAside, UnsentFallback } from '@tocsin/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { READER, after, arrival, deployment, itemsOf, pass } from '../../../../testing/away/deployment.ts';
import { batched } from './list-unsent.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE = 60_000;
const listed = ({ setAside }: ReturnType<typeof deployment>) =>
  [...setAside.records.values()].map(({ feed, reason, faults, fallback }) => [
    ...[feed, fallback?.via, fallback?.id, reason],
    ...faults,
  ]);
/** The fallback of the only record. */
const onlyOf = ({ setAside }: ReturnType<typeof deployment>): UnsentFallback => {
  const [record, ...others] = setAside.records.values();
  expect(others).toEqual([]);
  return record?.fallback as UnsentFallback;
};

it('should list the fallbacks that were not sent, or perhaps not, with the reason and without content', async () => {
  const stack = deployment();
  const { instance, answers, standings, setAside } = stack;
  const { fallbacks } = instance();
  answers.push(
    { outcome: 'refused', reason: '550 no such user' },
    { outcome: 'unknown', reason: 'the line broke' },
    { outcome: 'sent' },
  );
  const times = ['PT1M', 'PT2M', 'PT3M', 'PT4M'];
  const items = ['a', 'b', 'c', 'd'].map((id, n) => arrival(id, after(times[n] ?? '')));
  standings.set('d', 'read');
  await fallbacks.committed(itemsOf(...items, arrival('e', [{ after: 'PT5M', via: 'fax' }])));
  await pass(6 * MINUTE);
  expect(listed(stack)).toEqual([
    [READER, 'email', 'a', 'refused', '550 no such user'],
    [READER, 'email', 'b', 'unknown', 'the line broke'],
    [READER, 'fax', 'e', 'refused', 'there is no channel fax'],
  ]);
  expect([...setAside.records.values()].map(({ content }) => content)).toEqual([null, null, null]);
});

it('should list each once, also if the list could not be written or its sender was killed', async () => {
  const stack = deployment();
  const { instance, answers, setAside, outcomes } = stack;
  const { fallbacks } = instance();
  answers.push({ outcome: 'refused', reason: 'no' });
  const addAll = vi.spyOn(setAside, 'addAll').mockRejectedValue(new Error('away'));
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  await pass(3 * MINUTE);
  expect([addAll.mock.calls.length > 1, listed(stack)]).toEqual([true, []]);
  // Simulates a killed process: its call never settles.
  addAll.mockImplementation(() => new Promise(() => undefined));
  await pass(3 * MINUTE);
  addAll.mockRestore();
  await instance().fallbacks.committed(itemsOf(arrival('b', after('PT1M'))));
  await pass(3 * MINUTE);
  expect(listed(stack)).toEqual([[READER, 'email', 'a', 'refused', 'no']]);
  expect(outcomes()).toHaveLength(2);
});

it('should be sent when it is put back, once, and listed again if it is refused again', async () => {
  const stack = deployment();
  const { instance, answers, titles, outcomes, setAside } = stack;
  const { fallbacks } = instance();
  answers.push({ outcome: 'refused', reason: 'first' }, { outcome: 'refused', reason: 'second' });
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  await pass(2 * MINUTE);
  const first = onlyOf(stack);
  setAside.records.clear();
  expect(await fallbacks.putBack(READER, first)).toBe(true);
  await pass(MINUTE);
  expect(listed(stack)).toEqual([[READER, 'email', 'a', 'refused', 'second']]);
  expect(await fallbacks.putBack(READER, first)).toBe(false);
  expect(await fallbacks.putBack('user:ben', first)).toBe(false);
  const second = onlyOf(stack);
  const both = await Promise.all([fallbacks.putBack(READER, second), fallbacks.putBack(READER, second)]);
  expect(both).toEqual([true, true]);
  await pass(MINUTE);
  expect(titles()).toHaveLength(3);
  expect(outcomes().at(-1)).toEqual(['a', 'sent']);
});

it('should not be sent when it is put back after its reader has read the notification', async () => {
  const stack = deployment();
  const { fallbacks } = stack.instance();
  stack.answers.push({ outcome: 'refused', reason: 'no' });
  await fallbacks.committed(itemsOf(arrival('a', after('PT1M'))));
  await pass(2 * MINUTE);
  stack.standings.set('a', 'read');
  expect(await fallbacks.putBack(READER, onlyOf(stack))).toBe(true);
  await pass(MINUTE);
  expect([stack.titles().length, stack.outcomes().at(-1)]).toEqual([1, ['a', 'suppressed', 'read']]);
});

it('should write records that arrive during a write together', async () => {
  const written: string[][] = [];
  const finish: (() => void)[] = [];
  const list = batched(async (records) => {
    written.push(records.map(({ entry }) => entry));
    await new Promise<void>((resolve) => finish.push(resolve));
  });
  const record = (entry: string) => [{ entry } as SetAside];
  const first = list(record('a'));
  await pass(0);
  const others = [list(record('b')), list(record('c'))];
  expect(written).toEqual([['a']]);
  finish.shift()?.();
  await first;
  await pass(0);
  expect(written).toEqual([['a'], ['c', 'b']]);
  finish.shift()?.();
  await Promise.all(others);
});
