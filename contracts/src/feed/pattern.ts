import { z } from 'zod';
import { feedSchema } from './name.ts';
import { idSchema } from '../text/text.ts';

const withoutStar = (pattern: string): string => pattern.replace(/\*$/, '');
const isValid = (schema: z.ZodType, text: string): boolean => schema.safeParse(text).success;

/** Topic names in a token: `orders`, `orders*` or `*`, for example. */
export const topicPatternSchema = z
  .string()
  .refine(
    (pattern) => pattern === '*' || isValid(idSchema, withoutStar(pattern)),
    'must be a topic name, optionally ending with *, or just *',
  );

/** Feeds that an API key permits: `all`, `topic:orders*`, `user:*` or `*`, for example. */
export const feedPatternSchema = z
  .string()
  .refine(
    (pattern) =>
      isValid(feedSchema, pattern) ||
      ['*', 'topic:*', 'user:*'].includes(pattern) ||
      (pattern.endsWith('*') && pattern !== 'all*' && isValid(feedSchema, withoutStar(pattern))),
    'must be all, topic:<name> or user:<sub>, optionally ending with *, or just *',
  );
