import { createHash } from 'node:crypto';
import { allowParameters, methodNotAllowed, readParameters, sendProblem, type Logger } from '@tocsin/service';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { ContactBook } from '../../away/contacts/contacts.ts';
import type { Channel } from '../../away/channels/channel.ts';
import { CODE_LINK, isUnsubscribeLink } from '../../away/links.ts';
import type { LinkProofs } from '../../away/ports.ts';
import { sendUnavailable } from '../responses.ts';
import { sendsEmail } from './channel-routes.ts';

export interface UnsubscribeRoutesOptions {
  channels: ReadonlyMap<string, { channel: Channel }>;
  contacts: Pick<ContactBook, 'find' | 'removeEmail' | 'invalidateCode' | 'stop' | 'resume'>;
  proofs: LinkProofs;
  log: Logger;
}

const PARAMETERS = ['reader', 'via', 'proof'] as const;
const RESUME = 'resume';
/** The channels that send no e-mail in any deployment. */
const NEVER_EMAIL = ['push', 'webhook'];

const TEXTS = {
  en: {
    question: 'Stop e-mail notifications?',
    button: 'Unsubscribe',
    done: 'You will no longer receive e-mail notifications.',
    questionOther: 'Stop these messages?',
    doneOther: 'You no longer receive these messages.',
    resume: 'Resume these messages',
    resumed: 'You will receive these messages again.',
  },
  de: {
    question: 'Benachrichtigungen per E-Mail beenden?',
    button: 'Abbestellen',
    done: 'Sie erhalten keine Benachrichtigungen per E-Mail mehr.',
    questionOther: 'Diese Nachrichten abbestellen?',
    doneOther: 'Sie erhalten diese Nachrichten nicht mehr.',
    resume: 'Wieder erhalten',
    resumed: 'Sie erhalten diese Nachrichten wieder.',
  },
} as const;
type Language = keyof typeof TEXTS;

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;margin:2rem;overflow-wrap:anywhere}h1{font-size:1.25rem}';

/** The content security policy. Unlike the policy of our other pages, it allows the page's own form and style. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');

/**
 * Serves `/app/unsubscribe`, the address of the links in e-mails, and `/unsubscribe` for links from earlier versions.
 * Readers don't need to sign in because the link contains a proof that this deployment created it. `POST` unsubscribes
 * with one click (RFC 8058). `GET` only shows a button because mail scanners open links. Readers can also resume
 * channels that need no address, such as webhooks.
 */
export function unsubscribeRoutes({ channels, contacts, proofs, log }: UnsubscribeRoutesOptions): Router {
  /**
   * Whether the link is for a channel that needs no e-mail address. A binding that no longer exists might have sent the
   * e-mail with the link, so such a link stops e-mail.
   */
  const needsNoEmail = (via: string): boolean => {
    const configured = channels.get(via);
    return configured ? !sendsEmail(configured) : NEVER_EMAIL.includes(via);
  };
  const withReader =
    (handle: (link: Link, language: Language, response: Response) => Promise<void>): RequestHandler =>
    async (request, response) => {
      request.resume();
      const link = linkOf(request, proofs);
      if (link === undefined) {
        const detail = 'This link is incomplete or from another deployment. Open the link from the e-mail.';
        return sendProblem(response, { status: 403, code: 'forbidden', detail });
      }
      try {
        const { language } = await contacts.find(link.reader);
        await handle(link, language, response);
      } catch (err) {
        log.warn({ err }, 'cannot handle an unsubscribe link');
        sendUnavailable(response, 'The request may not have been completed. Try again.');
      }
    };
  const router = Router();
  router
    .route(['/app/unsubscribe', '/unsubscribe'])
    .get(
      allowParameters(...PARAMETERS, RESUME),
      withReader(async (link, language, response) => {
        const { reader, via } = link;
        const { question, button, questionOther } = TEXTS[language];
        if (!needsNoEmail(via)) return sendPage(response, language, question, formOf(button));
        const { stopped = [] } = await contacts.find(reader);
        if (stopped.includes(via)) return sendStopped(response, language, link);
        sendPage(response, language, questionOther, formOf(button));
      }),
    )
    .post(
      allowParameters(...PARAMETERS, RESUME),
      withReader(async (link, language, response) => {
        const { reader, via, isResume } = link;
        const { done, resumed } = TEXTS[language];
        if (needsNoEmail(via) && isResume) {
          await contacts.resume(reader, via);
          return sendPage(response, language, resumed);
        }
        if (needsNoEmail(via)) {
          await contacts.stop(reader, via);
          return sendStopped(response, language, link);
        }
        // An e-mail with a code might have reached a stranger. The link in that e-mail therefore doesn't remove the
        // reader's address. It only invalidates the code.
        if (via === CODE_LINK) await contacts.invalidateCode(reader);
        else await contacts.removeEmail(reader);
        sendPage(response, language, done);
      }),
    )
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  return router;
}

interface Link {
  reader: string;
  via: string;
  proof: string;
  isResume: boolean;
}

function linkOf(request: Request, proofs: LinkProofs): Link | undefined {
  const { parameters } = readParameters(request.url, [...PARAMETERS, RESUME]);
  const { reader, via, proof } = parameters;
  if (reader === undefined || via === undefined || proof === undefined) return undefined;
  if (!isUnsubscribeLink(proofs, { reader, via, proof })) return undefined;
  return { reader, via, proof, isResume: parameters[RESUME] !== undefined };
}

/** Returns a form with a button that posts to the page itself or to `action`. */
const formOf = (button: string, action?: string): string =>
  `<form method="post"${action === undefined ? '' : ` action="${action}"`}><button>${button}</button></form>`;

function sendStopped(response: Response, language: Language, { reader, via, proof }: Link): void {
  const { doneOther, resume } = TEXTS[language];
  const query = new URLSearchParams({ reader, via, proof, [RESUME]: 'on' }).toString();
  sendPage(response, language, doneOther, formOf(resume, `?${query.replaceAll('&', '&amp;')}`));
}

function sendPage(response: Response, language: Language, heading: string, form = ''): void {
  response
    .set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': POLICY })
    .type('html')
    .send(
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">' +
        `<title>${heading}</title><style>${STYLE}</style></head>` +
        `<body><main><h1>${heading}</h1>${form}</main></body></html>`,
    );
}
