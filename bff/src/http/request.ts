import type { Identity } from '@tocsin/contracts';

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller. Not set if tokens are not required. */
    identity?: Identity;
    hasOpsToken?: boolean;
  }
}
