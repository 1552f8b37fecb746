import { z } from 'zod';
import { feedSchema } from '../feed/name.ts';
import { topicPatternSchema } from '../feed/pattern.ts';

/** More of them would be a token that grants one by one what a `*` says. */
const MAX_GRANTS = 200;

/** Whose feed `user:<sub>` is. */
export const subSchema = z
  .string()
  .refine((sub) => feedSchema.safeParse(`user:${sub}`).success, 'must be text of 1 to 255 characters');

/** What a token says of its bearer; other claims are not looked at. */
export const claimsSchema = z.object({
  sub: subSchema,
  exp: z.number(),
  iat: z.number().optional(),
  feeds: z.array(topicPatternSchema).max(MAX_GRANTS).default([]),
  roles: z.array(z.string().min(1).max(128)).max(MAX_GRANTS).default([]),
});

/** Who a connection or request speaks for. */
export interface Identity {
  sub: string;
  /** Names of the topics that may be read, some with `*` at the end. */
  feeds: readonly string[];
  roles: readonly string[];
  /** When the token was issued, in ms since 1970; absent if it does not say. */
  issuedAt?: number;
  /** Until when the token is accepted, in ms since 1970. */
  expiresAt: number;
}
