import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { severitySchema } from '../feed/notification.ts';
import { MAX_MUTED_BYTES, MAX_MUTED_FEEDS } from '../limits.ts';
import { DOCUMENT_VERSION } from '../names.ts';
import { atMost, ifTexts } from '../text/checks.ts';
import { clientIdSchema, readerKey } from './reader.ts';

const mutes = {
  feeds: atMost(MAX_MUTED_FEEDS, 'feeds', z.array(feedSchema)),
  severities: atMost(20, 'severities', z.array(severitySchema)),
};

/** Muted feeds and severities. Muted notifications don't pop up and don't count as unread. */
export const mutesSchema = z.strictObject(mutes);
export type Mutes = z.infer<typeof mutesSchema>;

const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** A list of names, limited to `max` names and `MAX_MUTED_BYTES` bytes. */
export const namesOf = <Name extends z.ZodType<string>>(name: Name, max: number, what: string) =>
  atMost(max, what, z.array(name)).superRefine(
    (names, context) => {
      const bytes = bytesOf(names);
      if (bytes > MAX_MUTED_BYTES && names.length <= max)
        context.addIssue({
          code: 'custom',
          message: `must have at most ${MAX_MUTED_BYTES} bytes as JSON, but has ${bytes}`,
        });
    },
    { when: ifTexts },
  );

/** The body of `PUT /app/mutes`. */
export const putMutesSchema = z.strictObject({
  ...mutes,
  feeds: namesOf(feedSchema, MAX_MUTED_FEEDS, 'feeds'),
  clientId: clientIdSchema.optional(),
});

/** Query parameters for `GET /app/mutes`. */
export const mutesQuerySchema = z.strictObject({ clientId: clientIdSchema.optional() });

export const mutesDocumentSchema = z.strictObject({ v: z.literal(DOCUMENT_VERSION), ...mutes });
export type MutesDocument = z.infer<typeof mutesDocumentSchema>;

export const mutesKey = (reader: string): string => `mutes:${readerKey(reader)}`;
