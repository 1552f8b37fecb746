import { archiveSchema, markSeenSchema, namedIdsSchema, snoozeSchema } from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router, type Response } from 'express';
import type { z } from 'zod';
import { TooManySnoozedError } from '../../readers/inbox/document.ts';
import { UnknownIdsError, type Inboxes, type InboxOwner } from '../../readers/inbox/inboxes.ts';
import { isPermitted, sendUnavailable } from '../responses.ts';
import { requireReader } from '../require-reader.ts';
import type { OwnerOf } from '../identity.ts';
import { jsonBody, readBody } from '../read-body.ts';

type AnyBody = { feed: string; clientId?: string | undefined };

/** `POST /app/notifications/<name>`: changes to a reader's inbox. The response is 204. */
export function inboxRoutes(
  inboxes: Pick<Inboxes, 'seen' | 'unread' | 'archive' | 'unarchive' | 'snooze' | 'unsnooze'>,
  ownerOf: OwnerOf,
  log: Logger,
): Router {
  const router = Router();
  const post = <Body extends AnyBody>(
    name: string,
    schema: z.ZodType<Body>,
    save: (who: InboxOwner, body: Omit<Body, 'clientId'>) => Promise<void>,
  ) =>
    router
      .route(`/app/notifications/${name}`)
      .post(allowParameters(), ...jsonBody, async (request, response) => {
        const body = readBody(schema, request, response);
        if (!body || !isPermitted(request, response, body.feed)) return;
        const { clientId, ...change } = body;
        const reader = requireReader(request, response, clientId);
        if (reader === undefined) return;
        try {
          await save({ reader, owner: ownerOf(request) }, change);
          response.status(204).end();
        } catch (error) {
          if (respondIfRefused(response, error)) return;
          log.warn({ err: error, feed: body.feed, name }, 'cannot save an inbox change');
          sendUnavailable(response, 'The change may not have been saved. Try again.');
        }
      })
      .all(methodNotAllowed('POST'));

  post('seen', markSeenSchema, (who, change) => inboxes.seen(who, change));
  post('unread', namedIdsSchema, (who, change) => inboxes.unread(who, change));
  post('archive', archiveSchema, (who, change) => inboxes.archive(who, change));
  post('unarchive', namedIdsSchema, (who, change) => inboxes.unarchive(who, change));
  post('snooze', snoozeSchema, (who, change) => inboxes.snooze(who, change));
  post('unsnooze', namedIdsSchema, (who, change) => inboxes.unsnooze(who, change));
  return router;
}

/**
 * Responds and returns true if the change was refused, which means that nothing was saved. Otherwise, returns false.
 */
function respondIfRefused(response: Response, error: unknown): boolean {
  if (error instanceof UnknownIdsError) {
    sendProblem(response, {
      status: 404,
      code: 'not_found',
      detail: 'The feed no longer has the notifications listed in ids. Nothing was snoozed.',
      ids: [...error.ids],
    });
    return true;
  }
  if (!(error instanceof TooManySnoozedError)) return false;
  sendProblem(response, {
    status: 409,
    code: 'conflict',
    detail: `Too many notifications are snoozed: ${error.message}. Archive a snoozed notification and try again.`,
  });
  return true;
}
