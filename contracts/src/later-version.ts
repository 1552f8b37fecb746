import { ZodError } from 'zod';

/** Whether a stored document that this version cannot read may be one of a later version. */
export const isOfLaterVersion = ({ issues }: ZodError): boolean =>
  issues.some(({ path }) => path[0] === 'v') || issues.every(({ code }) => code === 'unrecognized_keys');

/** Whether a stored document could not be read because no version writes such a one. */
export const isDamagedDocument = (error: unknown): error is ZodError =>
  error instanceof ZodError && !isOfLaterVersion(error);
