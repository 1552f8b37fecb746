import { z } from 'zod';
import { LANGUAGES } from '../away/contacts.ts';

/** The e-mails that `/ops` can preview: a single notification, a digest, and the code that confirms an address. */
export const EMAIL_KINDS = ['single', 'digest', 'code'] as const;
export type EmailKind = (typeof EMAIL_KINDS)[number];

/** Query parameters for `GET /app/ops/email-preview`. */
export const emailPreviewQuerySchema = z.strictObject({
  language: z.enum(LANGUAGES),
  kind: z.enum(EMAIL_KINDS),
});
export type EmailPreviewQuery = z.infer<typeof emailPreviewQuerySchema>;

/**
 * The response: an e-mail with sample content, rendered with the deployment's templates. `overridden` lists files from
 * the deployment's template folder that replace the built-in templates.
 */
export const emailPreviewSchema = z.object({
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  overridden: z.array(z.string()),
});
export type EmailPreview = z.infer<typeof emailPreviewSchema>;
