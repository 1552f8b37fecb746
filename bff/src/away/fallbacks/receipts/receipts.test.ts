import { expect, it } from 'vitest';
import { READER } from '../../../../testing/away/deployment.ts';
import { newAway, receiptsOf as receiptsFor, type AwayDocument } from '../document.ts';
import { receiptsOf } from './receipts.ts';

const CREATED = '2026-01-01T00:00:00.000Z';
const AT = Date.parse(CREATED);
const A = { id: '7', createdAt: CREATED, sourceHash: 'a'.repeat(16), position: { epoch: '1-a', offset: 1 } };
const B = {
  ...{ ...A, sourceHash: 'b'.repeat(16) },
  position: { epoch: '1-a', offset: 2, id: '7.bbbbbbbb' },
};

/** Returns the channels of the fallbacks that `receiptsOf` lists for the notification with this id in the feed. */
async function channelsOf(id: string, document: AwayDocument): Promise<string[]> {
  const head = { epoch: '1-a', offset: 0 };
  const history = { head: 0, floor: 1, readRange: async () => [], ids: async () => [] };
  const receipts = await receiptsOf(
    { id, feed: READER },
    {
      states: { readFresh: async () => undefined },
      inboxes: { readFresh: async () => undefined },
      histories: { including: async () => ({ head, history }) },
      counter: { countsOf: async () => undefined },
      fallbacksOf: async () => document,
      now: () => AT,
    },
  );
  return receipts.fallbacks.map(({ via }) => via);
}

it('should tell fallbacks apart by the id in the feed if two sources published the same id', async () => {
  const step = (via: string) => ({ via, unless: 'read' as const, at: AT });
  const document: AwayDocument = {
    ...newAway(READER),
    waiting: [
      { ...A, steps: [step('waiting-a')] },
      { ...B, steps: [step('waiting-b')] },
    ],
    sending: [A, B].map((one, index) => ({
      ...{ key: 'k', via: index === 0 ? 'sending-a' : 'sending-b', until: AT, attempts: 1 },
      items: [{ ...one, unless: 'read' as const }],
    })),
    receipts: [
      ...receiptsFor([A], { via: 'sent-a', outcome: 'sent', at: AT }),
      ...receiptsFor([B], { via: 'sent-b', outcome: 'sent', at: AT }),
      ...receiptsFor([B], { via: 'refused-b', outcome: 'refused', at: AT }),
    ],
  };
  expect(await channelsOf('7', document)).toEqual(['sent-a', 'sending-a', 'waiting-a']);
  expect(await channelsOf('7.bbbbbbbb', document)).toEqual(['sent-b', 'refused-b', 'sending-b', 'waiting-b']);
});
