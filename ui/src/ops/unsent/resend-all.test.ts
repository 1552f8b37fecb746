import type { UnsentFallback, UnsentName, UnsentPage, UnsentResult } from '@tocsin/contracts';
import { expect, it } from 'vitest';
import { MAX_LISTED, MAX_PAGES, createResendAll } from './resend-all.ts';

const UNTIL = Date.parse('2026-01-05T10:00:00Z');
const unsent = (n: number, at = '2026-01-05T09:00:00.000Z'): UnsentFallback => ({
  ...{ reader: 'user:ada', id: `n${n}`, createdAt: '2026-01-05T08:00:00Z', via: 'email', at },
  ...{ outcome: 'refused', reason: 'no such user' },
});

/** Creates a server with these pages. Cursors are page numbers. `resend` returns the result of resending fallbacks. */
function server(
  pages: UnsentFallback[][],
  resend: (names: readonly UnsentName[]) => Omit<UnsentResult, 'done'>,
) {
  const cursors: (string | undefined)[] = [];
  const sent: UnsentName[] = [];
  return {
    ...{ cursors, sent },
    async unsent(cursor?: string): Promise<UnsentPage> {
      cursors.push(cursor);
      const page = Number(cursor ?? 0);
      const next = page + 1 < pages.length ? String(page + 1) : null;
      return { fallbacks: pages[page] ?? [], next, unreadable: 0, truncatedAt: null };
    },
    async resend(names: readonly UnsentName[]): Promise<UnsentResult> {
      sent.push(...names);
      const { failed } = resend(names);
      return { done: names.length - failed.length, failed };
    },
  };
}
const failNone = () => ({ failed: [] });
const failAll = (names: readonly UnsentName[]) => ({
  failed: names.map((name) => ({ ...name, code: 'full' as const, detail: 'no' })),
});

it('should resend the fallbacks on all pages, except those that ended after the start', async () => {
  const api = server(
    [[unsent(0), unsent(1)], [], [unsent(2, '2026-01-05T10:00:01.000Z'), unsent(3)]],
    failNone,
  );
  const { progress, run } = createResendAll(api);
  await run(UNTIL);
  expect(api.sent.map(({ id }) => id)).toEqual(['n0', 'n1', 'n3']);
  expect(Object.keys(api.sent[0] ?? {}).toSorted()).toEqual(['at', 'createdAt', 'id', 'reader', 'via']);
  expect(api.cursors).toEqual([undefined, '1', '2']);
  expect(progress).toMatchObject({ sent: 3, failed: 0, running: false, stopped: false });
});

it('should continue after failures and list the first failures', async () => {
  const pages = Array.from({ length: 3 }, (_, page) =>
    Array.from({ length: 10 }, (_one, n) => unsent(page * 10 + n)),
  );
  const { progress, run } = createResendAll(server(pages, failAll));
  await run(UNTIL);
  expect([progress.sent, progress.failed, progress.failures.length]).toEqual([0, 30, MAX_LISTED]);
});

it('should stop when asked to and after the maximum number of pages', async () => {
  const endless = Array.from({ length: MAX_PAGES * 2 }, (_, n) => [unsent(n)]);
  const api = server(endless, failNone);
  const first = createResendAll(api);
  const running = first.run(UNTIL);
  first.stop();
  await running;
  expect([api.cursors.length, first.progress.sent, first.progress.stopped]).toEqual([1, 1, true]);
  const second = createResendAll(api);
  await second.run(UNTIL);
  expect(second.progress.sent).toBe(MAX_PAGES);
});

it('should reject when the server fails', async () => {
  const api = server([[unsent(0)]], failNone);
  api.resend = () => Promise.reject(new Error('away'));
  const { progress, run } = createResendAll(api);
  await expect(run(UNTIL)).rejects.toThrow('away');
  expect(progress.running).toBe(false);
});
