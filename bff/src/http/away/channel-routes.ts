import {
  deletePushSchema,
  emailCodeSchema,
  putEmailSchema,
  putPushSchema,
  type Channels,
  type Identity,
} from '@tocsin/contracts';
import { allowParameters, methodNotAllowed, sendProblem, type Logger } from '@tocsin/service';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { AwayMessage, Channel } from '../../away/channels/channel.ts';
import { TooManyCodesError, type ContactBook } from '../../away/contacts/contacts.ts';
import { CODE_LINK } from '../../away/links.ts';
import { sendCode } from '../../away/contacts/send-code.ts';
import { sendUnavailable } from '../responses.ts';
import { jsonBody, readBody } from '../read-body.ts';
import '../request.ts';

export interface ChannelRoutesOptions {
  channels: ReadonlyMap<string, { channel: Channel }>;
  contacts: ContactBook;
  vapidKey: () => Promise<string | undefined>;
  isPushService: (endpoint: string) => Promise<boolean>;
  linksOf: (reader: string, via: string) => AwayMessage['links'];
  log: Logger;
}

/** Whether the channel only reaches readers with an e-mail address, like a binding that uses `$email`. */
export const sendsEmail = ({ channel }: { channel: Channel }): boolean =>
  !channel.reaches({ push: [] }) && channel.reaches({ email: { address: 'a@x.example' }, push: [] });

type Handler = (reader: string, request: Request, response: Response, identity: Identity) => Promise<void>;

/**
 * `/app/channels`: where the signed-in reader can be reached. Readers can only add their own contacts: the address in
 * the token, addresses confirmed with a code, and their devices.
 */
export function channelRoutes(options: ChannelRoutesOptions): Router {
  const { channels, contacts, vapidKey, isPushService, linksOf, log } = options;
  const router = Router();
  const emailChannel = channels.get('email')?.channel ?? [...channels.values()].find(sendsEmail)?.channel;
  const requireChannel = (
    channel: Channel | undefined,
    name: string,
    response: Response,
  ): channel is Channel => {
    if (channel) return true;
    const detail = `This deployment has no ${name} channel; see AWAY_FILE.`;
    sendProblem(response, { status: 404, code: 'not_found', detail });
    return false;
  };
  const requireSignIn =
    (handle: Handler): RequestHandler =>
    async (request, response) => {
      const { identity } = request;
      if (!identity) {
        const detail = 'Only signed-in readers can be reached through channels. Send a token.';
        return sendProblem(response, { status: 403, code: 'forbidden', detail });
      }
      try {
        await handle(`user:${identity.sub}`, request, response, identity);
      } catch (err) {
        log.warn({ err }, "cannot read or save a reader's contacts");
        sendUnavailable(response, 'The request may not have been completed. Try again.');
      }
    };

  const get: Handler = async (reader, _request, response, identity) => {
    const found = await contacts.find(reader);
    response.set('Cache-Control', 'no-store').json({
      channels: [...channels].map(([name, { channel }]) => ({ name, reaches: channel.reaches(found) })),
      email: {
        address: found.email?.address ?? null,
        offered: identity.email ?? null,
        used: emailChannel !== undefined,
      },
      push: {
        publicKey: channels.has('push') ? ((await vapidKey()) ?? null) : null,
        endpoints: found.push.map(({ endpoint }) => endpoint),
      },
    } satisfies Channels);
  };

  const putEmail: Handler = async (reader, request, response, identity) => {
    const body = readBody(putEmailSchema, request, response);
    if (!body || !requireChannel(emailChannel, 'email', response)) return;
    if (body.code !== undefined) {
      const address = await contacts.redeemCode(reader, body.code, body.language);
      if (address !== undefined) return void response.status(204).end();
      const errors = [{ path: 'code', message: 'is wrong, already used or more than 15 minutes old' }];
      const detail = 'This code is invalid. Request a new one.';
      return sendProblem(response, { status: 400, code: 'invalid_request', detail, errors });
    }
    if (identity.email === undefined) {
      const detail = 'The token has no verified e-mail address. Request a code for another address.';
      return sendProblem(response, { status: 409, code: 'conflict', detail });
    }
    await contacts.setEmail(reader, identity.email, body.language);
    response.status(204).end();
  };

  const requestCode: Handler = async (reader, request, response) => {
    const body = readBody(emailCodeSchema, request, response);
    if (!body || !requireChannel(emailChannel, 'email', response)) return;
    try {
      const created = await contacts.createCode(reader, body.address);
      const { code } = created;
      const { language } = await contacts.find(reader);
      // The e-mail could reach a stranger, who must not be able to unsubscribe the reader.
      const links = linksOf(reader, CODE_LINK);
      const result = await sendCode(emailChannel, { reader, address: body.address, code, language, links });
      if (result.outcome === 'sent' || result.outcome === 'unknown') return void response.status(204).end();
      log.warn({ reason: result.reason }, 'cannot send a code by e-mail');
      // A code that the channel refused still counts toward the daily limit. Otherwise, a reader could try any number
      // of addresses.
      if (result.outcome === 'unavailable') await contacts.withdrawCode(reader, created);
      sendUnavailable(response, 'The code could not be sent. Request a new one.');
    } catch (error) {
      if (!(error instanceof TooManyCodesError)) throw error;
      const detail = 'This reader has requested five codes in the last 24 hours. Try again later.';
      const { retryAfter } = error;
      sendProblem(response, { status: 429, code: 'too_many_requests', detail, retryAfter });
    }
  };

  const putPush: Handler = async (reader, request, response) => {
    const body = readBody(putPushSchema, request, response);
    if (!body || !requireChannel(channels.get('push')?.channel, 'push', response)) return;
    const { endpoint, keys } = body.subscription;
    if (!(await isPushService(endpoint))) {
      const errors = [
        { path: 'subscription.endpoint', message: 'must be the https address of a push service' },
      ];
      const detail = 'The subscription cannot be used; see errors.';
      return sendProblem(response, { status: 400, code: 'invalid_request', detail, errors });
    }
    await contacts.addDevice(reader, { endpoint, keys }, body.language);
    response.status(204).end();
  };

  const deletePush: Handler = async (reader, request, response) => {
    const body = readBody(deletePushSchema, request, response);
    if (!body) return;
    await contacts.forgetDevices(reader, [body.endpoint]);
    response.status(204).end();
  };

  const deleteEmail: Handler = async (reader, _request, response) => {
    await contacts.removeEmail(reader);
    response.status(204).end();
  };

  const noParameters = allowParameters();
  router.route('/app/channels').get(noParameters, requireSignIn(get)).all(methodNotAllowed('GET', 'HEAD'));
  router
    .route('/app/channels/email')
    .put(noParameters, ...jsonBody, requireSignIn(putEmail))
    .delete(noParameters, requireSignIn(deleteEmail))
    .all(methodNotAllowed('PUT', 'DELETE'));
  router
    .route('/app/channels/email/code')
    .post(noParameters, ...jsonBody, requireSignIn(requestCode))
    .all(methodNotAllowed('POST'));
  router
    .route('/app/channels/push')
    .put(noParameters, ...jsonBody, requireSignIn(putPush))
    .delete(noParameters, ...jsonBody, requireSignIn(deletePush))
    .all(methodNotAllowed('PUT', 'DELETE'));
  return router;
}
