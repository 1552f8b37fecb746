import { createHash } from 'node:crypto';
import { allowParameters, methodNotAllowed, readParameters, sendProblem, type Logger } from '@tocsin/service';
import { Router, type Request, type RequestHandler, type Response } from 'express';
import type { ContactBook } from '../../away/contacts/contacts.ts';
import { isUnsubscribeLink } from '../../away/links.ts';
import type { LinkProofs } from '../../away/ports.ts';
import { sendUnavailable } from '../answers.ts';
import { CODE_LINK } from './channel-routes.ts';

export interface UnsubscribeRoutesOptions {
  contacts: Pick<ContactBook, 'of' | 'removeEmail' | 'invalidateCode'>;
  proofs: LinkProofs;
  log: Logger;
}

const PARAMETERS = ['reader', 'via', 'proof'] as const;

const TEXTS = {
  en: {
    question: 'Stop e-mail notifications?',
    button: 'Unsubscribe',
    done: 'You will no longer receive e-mail notifications.',
  },
  de: {
    question: 'Benachrichtigungen per E-Mail beenden?',
    button: 'Abbestellen',
    done: 'Sie erhalten keine Benachrichtigungen per E-Mail mehr.',
  },
} as const;
type Language = keyof typeof TEXTS;

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;margin:2rem;overflow-wrap:anywhere}h1{font-size:1.25rem}';

/** Unlike the policy for our other pages, it allows the page's own form and style. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');

/**
 * `/app/unsubscribe`, the link in each e-mail (`/unsubscribe` in those of earlier versions). It needs no sign-in,
 * because its proof was made by this deployment. `POST` unsubscribes with one click (RFC 8058). `GET` only shows a
 * button, because mail scanners open links.
 */
export function unsubscribeRoutes({ contacts, proofs, log }: UnsubscribeRoutesOptions): Router {
  const withReader =
    (handle: (link: Link, language: Language, response: Response) => Promise<void>): RequestHandler =>
    async (request, response) => {
      request.resume();
      const link = linkOf(request, proofs);
      if (link === undefined) {
        const detail =
          'This link is incomplete or was not made by this deployment. Open the link in the e-mail again.';
        return sendProblem(response, { status: 403, code: 'forbidden', detail });
      }
      try {
        const { language } = await contacts.of(link.reader);
        await handle(link, language, response);
      } catch (err) {
        log.warn({ err }, 'cannot unsubscribe a reader');
        sendUnavailable(response, 'The request failed, or its outcome is unknown. Send it again.');
      }
    };
  const router = Router();
  router
    .route(['/app/unsubscribe', '/unsubscribe'])
    .get(
      allowParameters(...PARAMETERS),
      withReader(async (_link, language, response) => {
        const { question, button } = TEXTS[language];
        sendPage(
          response,
          language,
          `<h1>${question}</h1><form method="post"><button>${button}</button></form>`,
        );
      }),
    )
    .post(
      allowParameters(...PARAMETERS),
      withReader(async ({ reader, via }, language, response) => {
        // The link in an e-mail with a code invalidates the code, and keeps the reader's own address.
        if (via === CODE_LINK) await contacts.invalidateCode(reader);
        else await contacts.removeEmail(reader);
        sendPage(response, language, `<h1>${TEXTS[language].done}</h1>`);
      }),
    )
    .all(methodNotAllowed('GET', 'HEAD', 'POST'));
  return router;
}

interface Link {
  reader: string;
  via: string;
}

function linkOf(request: Request, proofs: LinkProofs): Link | undefined {
  const { reader, via, proof } = readParameters(request.url, PARAMETERS).parameters;
  if (reader === undefined || via === undefined || proof === undefined) return undefined;
  return isUnsubscribeLink(proofs, { reader, via, proof }) ? { reader, via } : undefined;
}

function sendPage(response: Response, language: Language, body: string): void {
  response
    .set({ 'Cache-Control': 'no-store', 'Content-Security-Policy': POLICY })
    .type('html')
    .send(
      `<!doctype html><html lang="${language}"><head><meta charset="utf-8">` +
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">' +
        `<title>${TEXTS[language].question}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`,
    );
}
