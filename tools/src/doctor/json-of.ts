import type { z } from 'zod';

/** Parses the text. Returns `undefined` unless it is JSON that fits the schema. */
export function jsonOf<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
