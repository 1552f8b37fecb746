import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { severitySchema } from '../feed/notification.ts';
import { MAX_MUTED_BYTES, MAX_MUTED_FEEDS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { clientIdSchema, readerKey } from './reader.ts';

const mutes = {
  feeds: z.array(feedSchema).max(MAX_MUTED_FEEDS, `must have at most ${MAX_MUTED_FEEDS} feeds`),
  severities: z.array(severitySchema).max(20, 'must have at most 20 severities'),
};

/** Muted feeds and severities. Muted notifications don't pop up and don't count as unread. */
export const mutesSchema = z.strictObject(mutes);
export type Mutes = z.infer<typeof mutesSchema>;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** The body of `PUT /app/mutes`. */
export const putMutesSchema = z.strictObject({
  ...mutes,
  feeds: mutes.feeds.superRefine((feeds, context) => {
    const bytes = bytesOf(feeds);
    if (bytes > MAX_MUTED_BYTES)
      context.addIssue({
        code: 'custom',
        message: `must have at most ${MAX_MUTED_BYTES} bytes as JSON, but has ${bytes}`,
      });
  }),
  clientId: clientIdSchema.optional(),
});

/** Query parameters for `GET /app/mutes`. */
export const mutesQuerySchema = z.strictObject({ clientId: clientIdSchema.optional() });

export const mutesDocumentSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), ...mutes });
export type MutesDocument = z.infer<typeof mutesDocumentSchema>;

export const mutesKey = (reader: string): string => `mutes:${readerKey(reader)}`;
