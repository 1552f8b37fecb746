import { z } from 'zod';
import { epochSchema, offsetSchema } from '../feed/publication.ts';
import { dateTimeSchema, idSchema } from '../text/text.ts';
import type { InboxState } from './places.ts';

const ranges = z.array(z.tuple([offsetSchema, offsetSchema]));
const flag = z.literal(true).optional();

/** The members of `InboxState`. */
export const inboxStateMembers = {
  version: z.int().min(0),
  epoch: epochSchema,
  seen: offsetSchema,
  unread: ranges,
  archived: ranges,
  snoozed: z.array(
    z.strictObject({
      id: idSchema,
      epoch: epochSchema,
      offset: offsetSchema,
      until: dateTimeSchema,
      due: flag,
      read: flag,
      seen: flag,
      archived: flag,
    }),
  ),
};

/** `InboxState` as included in a page. */
export const inboxStateSchema = z.strictObject(inboxStateMembers) as unknown as z.ZodType<InboxState>;
