import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Entries } from '../../src/deliver/ports.ts';

export interface EntriesUnderTest {
  entries: Entries;
  put(key: string, text: string): Promise<void>;
}

/** What every place for entries keeps to. */
export function entriesSuite(name: string, create: () => EntriesUnderTest): void {
  const text = JSON.stringify({ title: 'Ä 🔔' });
  const aKey = () => `entry:P0000001:user:~C3~A4${randomUUID()}:1`;

  describe(`${name} as the place of entries`, () => {
    it('should leave an entry where it is when it is peeked at', async () => {
      const [{ entries, put }, key] = [create(), aKey()];
      await put(key, text);
      for (let i = 0; i < 3; i++)
        expect(JSON.parse((await entries.peek(key)) ?? '')).toEqual(JSON.parse(text));
    });

    it('should give a popped entry to one of 50, and nothing to the others', async () => {
      const [{ entries, put }, key] = [create(), aKey()];
      await put(key, text);
      const popped = await Promise.all(Array.from({ length: 50 }, () => entries.pop(key)));
      const won = popped.filter((one) => one !== undefined);
      expect(won.map((one) => JSON.parse(one) as unknown)).toEqual([JSON.parse(text)]);
      expect(await entries.peek(key)).toBeUndefined();
    });

    it('should have nothing where nothing was deposited', async () => {
      const { entries } = create();
      expect(await entries.peek(aKey())).toBeUndefined();
      expect(await entries.pop(aKey())).toBeUndefined();
    });
  });
}
