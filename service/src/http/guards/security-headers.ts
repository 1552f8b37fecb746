import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What may be loaded by an answer that is no page: nothing. */
const NOTHING = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };

/** What a page of ours needs: its own scripts, styles, images and calls; nothing inline, and no other host. */
const OWN_FILES = {
  ...NOTHING,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** What helmet sets is the same for every request, so it is asked once: its chain costs more than a short request. */
function headers(directives: Record<string, string[]>): RequestHandler {
  const request = new IncomingMessage(new Socket());
  const sample = new ServerResponse(request);
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // Whether a host has TLS, and shall have it for years, is decided where TLS ends: at the edge.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  protect(request, sample, (error) => {
    if (error) throw new Error('helmet refuses these settings', { cause: error });
  });
  const fixed = new Map(Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)]));
  return (_request, response, next) => {
    response.setHeaders(fixed);
    next();
  };
}

/** The headers of an application that serves data alone. */
export const dataHeaders = (): RequestHandler => headers(NOTHING);

/**
 * The headers of one that also serves a built page: a strict Content-Security-Policy, without `unsafe-inline`.
 * `connectTo` is where the page may connect besides its own host, over HTTP and WebSocket, as `https://hub.example.com`.
 */
export const pageHeaders = (connectTo?: string): RequestHandler => {
  const elsewhere = connectTo === undefined ? [] : [connectTo, connectTo.replace(/^http/, 'ws')];
  return headers({ ...OWN_FILES, 'connect-src': ["'self'", ...elsewhere] });
};
