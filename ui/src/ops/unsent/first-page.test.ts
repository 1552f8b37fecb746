import type { UnsentFallback, UnsentPage } from '@tocsin/contracts';
import { expect, it, vi } from 'vitest';
import { firstPage } from './first-page.ts';

const FALLBACK: UnsentFallback = {
  ...{ reader: 'user:ada', id: 'a', createdAt: '2026-01-05T08:00:00Z', via: 'email' },
  ...{ at: '2026-01-05T09:00:00.000Z', outcome: 'refused' },
};

/**
 * Creates a server whose first `emptyPages` pages have no fallbacks. Each of these pages reports one reader with
 * unreadable fallbacks.
 */
function server(emptyPages: number, fallbacks = [FALLBACK]) {
  return vi.fn(async (cursor = '0'): Promise<UnsentPage> => {
    const page = Number(cursor);
    if (page < emptyPages) return { fallbacks: [], next: String(page + 1), unreadable: 1, truncatedAt: null };
    return { fallbacks, next: null, unreadable: 0, truncatedAt: null };
  });
}

it('should skip pages without fallbacks, but count their readers with unreadable fallbacks', async () => {
  const unsent = server(3);
  const page = await firstPage({ unsent });
  expect(page).toMatchObject({ fallbacks: [FALLBACK], next: null, unreadable: 3 });
  expect(unsent.mock.calls).toEqual([[], ['1'], ['2'], ['3']]);
});

it('should make a single call if the first page has fallbacks or is also the last', async () => {
  const [full, empty] = [server(0), server(0, [])];
  await firstPage({ unsent: full });
  await firstPage({ unsent: empty });
  expect([full.mock.calls.length, empty.mock.calls.length]).toEqual([1, 1]);
});

it('should search at most 10 pages', async () => {
  const unsent = server(100);
  expect(await firstPage({ unsent })).toMatchObject({ fallbacks: [], next: '10', unreadable: 10 });
});
