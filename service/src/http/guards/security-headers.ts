import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** The Content-Security-Policy for responses that are not pages. It blocks all loading. */
const DATA_POLICY = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };

/**
 * The policy for our pages. It allows only this origin's scripts, styles, images and manifest, and blocks inline code.
 */
const PAGE_POLICY = {
  ...DATA_POLICY,
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** Runs helmet once and reuses the headers because each run costs more than a short request. */
function headers(directives: Record<string, string[]>): RequestHandler {
  const request = new IncomingMessage(new Socket());
  const sample = new ServerResponse(request);
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // TLS terminates at the edge, so the edge must set HSTS.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
  protect(request, sample, (error) => {
    if (error) throw new Error('helmet rejected the settings', { cause: error });
  });
  const values = new Map(Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)]));
  return (_request, response, next) => {
    response.setHeaders(values);
    next();
  };
}

/** The headers for an application that serves only data. */
export const dataHeaders = (): RequestHandler => headers(DATA_POLICY);

export interface PageHeadersOptions {
  /** Another origin that the page may connect to over HTTP and WebSocket, for example `https://hub.example.com`. */
  connectTo?: string | undefined;
  /** Other origins that the page may show images from. */
  images?: readonly string[];
}

/**
 * The headers for an application that also serves pages, including a strict Content-Security-Policy without
 * `unsafe-inline`.
 */
export const pageHeaders = ({ connectTo, images = [] }: PageHeadersOptions = {}): RequestHandler => {
  const otherOrigins = connectTo === undefined ? [] : [connectTo, connectTo.replace(/^http/, 'ws')];
  return headers({
    ...PAGE_POLICY,
    'img-src': ["'self'", ...images],
    'connect-src': ["'self'", ...otherOrigins],
  });
};
