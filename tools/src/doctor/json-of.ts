import type { z } from 'zod';

/** The parsed text if it is JSON that fits the schema; otherwise `undefined`. */
export function jsonOf<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
