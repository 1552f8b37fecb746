import { z } from 'zod';
import { emailAddressSchema } from '../away/contacts.ts';
import { feedSchema } from '../feed/name.ts';
import { topicPatternSchema } from '../feed/pattern.ts';

/** Maximum number of topics, and of roles, in a token. Use `*` to permit more topics. */
const MAX_GRANTS = 200;

/** A token's subject: the owner of the feed `user:<sub>`. */
export const subSchema = z
  .string()
  .refine((sub) => feedSchema.safeParse(`user:${sub}`).success, 'must be a string of 1 to 255 characters');

/** A token's claims. Other claims are ignored. */
export const claimsSchema = z.object({
  sub: subSchema,
  exp: z.number(),
  iat: z.number().optional(),
  feeds: z.array(topicPatternSchema).max(MAX_GRANTS).default([]),
  roles: z.array(z.string().min(1).max(128)).max(MAX_GRANTS).default([]),
  // An invalid address is ignored. The token stays valid.
  email: emailAddressSchema.optional().catch(undefined),
  // Some issuers send a string. With any other value, the address counts as unverified.
  email_verified: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
    .optional()
    .catch(false),
});

/** The signed-in person behind a connection or request. */
export interface Identity {
  sub: string;
  /** Names of permitted topics, or patterns ending with `*`. */
  feeds: readonly string[];
  roles: readonly string[];
  /** The address in the token. Omitted if the issuer marks it as unverified. */
  email?: string;
  /** When the token was issued (ms since 1970). Omitted if the token has no `iat`. */
  issuedAt?: number;
  /** When the token expires (ms since 1970). */
  expiresAt: number;
}
