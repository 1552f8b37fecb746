import {
  dateTimeSchema,
  epochSchema,
  feedSchema,
  idSchema,
  inboxStateMembers,
  notificationSchema,
  offsetSchema,
  preferencesSchema,
  publicationSchema,
  readStateSchema,
  severitySchema,
  type InboxEvent,
  type ServerEventName,
  type ServerEvents,
} from '@tocsin/contracts';
import { z } from 'zod';

const count = z.int().min(0);
const feedAndEpoch = { feed: feedSchema, epoch: epochSchema };

type EventSpecs = {
  readonly [Name in ServerEventName]: { summary: string; schema: z.ZodType<ServerEvents[Name]> };
};

/** The summary and schema for each server event in the API documents. */
export const EVENT_SPECS: EventSpecs = {
  publications: {
    summary: "A feed's new publications. Offsets increase by 1 within an event.",
    schema: z.object({ ...feedAndEpoch, publications: z.array(publicationSchema) }),
  },
  position: {
    summary: "A feed's current position, at least every 10 s.",
    schema: z.object({ ...feedAndEpoch, offset: offsetSchema }),
  },
  retracted: {
    summary: 'Ids that were just retracted. `publications` also has the retractions, in order.',
    schema: z.object({ feed: feedSchema, ids: z.array(idSchema) }),
  },
  read: {
    summary: "The reader's read state in a feed, after a change in any tab or on any device.",
    schema: z.object({ ...feedAndEpoch, ...readStateSchema.omit({ earlier: true }).shape }),
  },
  mutes: {
    summary: "All of the reader's mutes, after a change in any tab or on any device.",
    schema: z.object({ feeds: z.array(feedSchema), severities: z.array(severitySchema) }),
  },
  inbox: {
    summary:
      "All of the reader's marks in a feed, after a change in any tab or on any device, or when a snooze has ended.",
    schema: z.object({ feed: feedSchema, ...inboxStateMembers }) as unknown as z.ZodType<InboxEvent>,
  },
  preferences: {
    summary: "All of the reader's preferences, after a change in any tab or on any device.",
    schema: z.object(preferencesSchema.shape),
  },
  'snooze-due': {
    summary: "The reader's snoozes that just ended. The notifications are back in the inbox, unread.",
    schema: z.object({
      feed: feedSchema,
      due: z.array(
        z.object({
          epoch: epochSchema,
          offset: offsetSchema,
          until: dateTimeSchema,
          notification: notificationSchema,
        }),
      ),
    }),
  },
  draining: {
    summary: 'The instance is about to stop. Reconnect after `reconnectAfterMs`.',
    schema: z.object({ reconnectAfterMs: count }),
  },
  'token-expiring': {
    summary: 'The token is about to expire. The connection will close unless the client sends a new token.',
    schema: z.object({ expiresInMs: count }),
  },
  closing: {
    summary: 'The server is closing the connection.',
    schema: z.object({ code: z.string(), message: z.string() }),
  },
};

/** Returns an event's schema name, such as `TokenExpiringEvent`. */
export const schemaOfEvent = (name: ServerEventName): string =>
  `${name.replace(/(?:^|-)\w/g, (start) => start.replace('-', '').toUpperCase())}Event`;
