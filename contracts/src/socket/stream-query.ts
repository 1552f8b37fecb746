import { z } from 'zod';
import { feedKey, feedSchema } from '../feed/name.ts';
import { MAX_FEEDS_PER_CONNECTION, MAX_STREAM_FEEDS_LENGTH } from '../limits.ts';
import { DEFAULT_FEED } from '../names.ts';
import { clientIdSchema } from '../reader/reader.ts';
import { atMost, ifTexts } from '../text/checks.ts';

/** Query parameters for `GET /app/stream`. `feed` can be repeated. */
export const streamQuerySchema = z.strictObject({
  feed: atMost(MAX_FEEDS_PER_CONNECTION, 'feeds', z.array(feedSchema).min(1))
    .default([DEFAULT_FEED])
    .superRefine(
      (feeds, context) => {
        const fault = (message: string) => context.addIssue({ code: 'custom', message });
        if (new Set(feeds).size < feeds.length) fault('must not contain a feed twice');
        const length = feeds.reduce((sum, feed) => sum + feedKey(feed).length, 0);
        if (length > MAX_STREAM_FEEDS_LENGTH)
          fault(
            `must have at most ${MAX_STREAM_FEEDS_LENGTH} characters in total; open a second stream for more`,
          );
      },
      { when: ifTexts },
    )
    .meta({
      description: 'The feeds to stream. Repeat the parameter for each feed.',
      default: [DEFAULT_FEED],
    }),
  clientId: clientIdSchema.optional().meta({
    description:
      'Identifies a browser in deployments without sign-in so that its read marks and mutes apply.',
  }),
  lastEventId: z.string().optional().meta({
    description:
      "Alternative to the Last-Event-ID header for clients that can't set it on their first request. The header takes precedence.",
  }),
});
export type StreamQuery = z.infer<typeof streamQuerySchema>;
