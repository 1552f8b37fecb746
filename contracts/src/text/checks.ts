import { z } from 'zod';

/**
 * The `when` option of a Zod check that involves several members of an object. With it, the check runs even if some
 * members are invalid, so that all errors are listed.
 */
export const ifObject = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The `when` option of a Zod check of a whole list of strings. With it, the check runs even if some strings are
 * invalid, so that all errors are listed.
 */
export const ifTexts = ({ value }: { value: unknown }): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** An array schema that reads only the first `reads` items. Unlike `z.preprocess`, it keeps the JSON schema. */
const Bounded = z.core.$constructor<z.ZodArray, z.core.$ZodArrayDef & { reads: number }>(
  'Bounded',
  (list, def) => {
    z.ZodArray.init(list, def);
    const parse = list._zod.parse.bind(list._zod);
    list._zod.parse = (payload, context) => {
      const { value } = payload as { value: unknown };
      if (Array.isArray(value) && value.length > def.reads) payload.value = value.slice(0, def.reads);
      return parse(payload, context);
    };
  },
);

/**
 * Limits a list to `max` items. For a longer list, Zod itself would report only that the list is too long. This limit
 * also reports the errors in the first `max + 1` items.
 */
export const atMost = <List extends z.ZodArray>(max: number, what: string, list: List): List =>
  (new Bounded({ ...list.def, reads: max + 1 }) as List)
    .refine((items) => items.length <= max, {
      message: `must have at most ${max} ${what}`,
      when: ({ value }) => Array.isArray(value),
    })
    .meta({ maxItems: max });
