import type { z } from 'zod';

/** What the text holds if it is JSON of that shape. */
export function jsonOf<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
