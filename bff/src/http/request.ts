import type { Identity } from '@tocsin/contracts';

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller; absent if no token is required. */
    identity?: Identity;
    hasOpsToken?: boolean;
  }
}
