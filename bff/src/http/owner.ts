import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import './identity.ts';

/** Whom the documents of a request's reader belong to, and whose share they are counted against. */
export type OwnerOf = (request: Request) => string;

/** The one who is signed in, else the address: where nobody is, everyone may name any number of browsers. */
export const createOwnerOf =
  (addressOf: (request: IncomingMessage) => string): OwnerOf =>
  (request) =>
    request.identity ? `user:${request.identity.sub}` : `address:${addressOf(request)}`;
