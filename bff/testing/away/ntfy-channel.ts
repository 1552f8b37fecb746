import type { Channel } from '../../src/away/channels/channel.ts';
import { reasonOf, sendWithin } from '../../src/away/channels/send-within.ts';

/** Posts to an ntfy topic. The deployment chooses topic and server. */
export const createNtfyChannel = ({ topicUrl }: { topicUrl: string }): Channel => ({
  name: 'ntfy',
  // ntfy doesn't recognize repeated messages.
  repeatable: false,
  reaches: () => true,
  send: ({ notifications: [newest], more, links }) => {
    const noResponse = () => ({ outcome: 'unknown' as const, reason: 'No response within 30 s' });
    return sendWithin(30_000, noResponse, async (signal) => {
      const headers = { Click: links.inbox, Tags: newest?.severity ?? 'info' };
      const title = newest?.title ?? '';
      const body = more > 0 ? `${title} and ${more} more` : title;
      try {
        const { ok, status } = await fetch(topicUrl, {
          method: 'POST',
          headers,
          body,
          signal,
          redirect: 'error',
        });
        if (ok) return { outcome: 'sent' };
        const outcome = status === 429 || status === 503 ? 'unavailable' : 'refused';
        return { outcome, reason: `ntfy responded with ${status}` };
      } catch (error) {
        // fetch doesn't reveal whether the request was sent.
        return { outcome: 'unknown', reason: reasonOf(error) };
      }
    });
  },
});
