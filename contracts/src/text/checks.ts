import { z } from 'zod';

/** Condition for a check of several members: it also runs if members are invalid, so that all errors are listed. */
export const ifObject = ({ value }: { value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Condition for a check of a list of texts. It also runs if some are invalid, so that all errors are listed. */
export const ifTexts = ({ value }: { value: unknown }): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** A list that reads at most the first `reads` items. It keeps the JSON schema, unlike `z.preprocess`. */
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
 * Limits a list to `max` items. Zod's own limit would skip the items of a longer list. Here, the errors of its first
 * `max + 1` items are listed too.
 */
export const atMost = <List extends z.ZodArray>(max: number, what: string, list: List): List =>
  (new Bounded({ ...list.def, reads: max + 1 }) as List)
    .refine((items) => items.length <= max, {
      message: `must have at most ${max} ${what}`,
      when: ({ value }) => Array.isArray(value),
    })
    .meta({ maxItems: max });
