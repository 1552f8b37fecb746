import type { Identity } from '@tocsin/contracts';

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller. Not set if no token is required or the request has OPS_TOKEN. */
    identity?: Identity;
    hasOpsToken?: boolean;
  }
}
