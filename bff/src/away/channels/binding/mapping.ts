import { z } from 'zod';
import type { AwayMessage, Contacts } from '../channel.ts';
import type { RenderedMessage } from '../../templates/templates.ts';
import { eventOf } from './event.ts';
import type { Json } from './wire-json.ts';

interface Sources {
  message: AwayMessage;
  contacts: Contacts;
  rendered: RenderedMessage;
}

/** The message fields that a mapping can use, by name. */
const FIELDS = {
  /** The reader's e-mail address. The channel skips readers who have none. */
  email: ({ contacts }) => contacts.email?.address ?? '',
  /** `user:<sub>`. */
  reader: ({ message }) => message.reader,
  /** The `<sub>` alone. */
  sub: ({ message }) => message.reader.replace(/^user:/, ''),
  /** Identifies the message. The same for all attempts. */
  key: ({ message }) => message.key,
  language: ({ message }) => message.language,
  /** `subject`, `text` and `html` are an e-mail's content, rendered from the templates. */
  subject: ({ rendered }) => rendered.subject,
  text: ({ rendered }) => rendered.text,
  html: ({ rendered }) => rendered.html,
  /** The fields from `title` to `open` are from the newest notification. */
  title: ({ message }) => message.notifications[0]?.title ?? '',
  body: ({ message }) => message.notifications[0]?.body ?? '',
  severity: ({ message }) => message.notifications[0]?.severity ?? '',
  open: ({ message }) => (message.notifications[0] ? message.links.open(message.notifications[0]) : ''),
  /** Number of unread notifications. */
  count: ({ message }) => message.notifications.length + message.more,
  inbox: ({ message }) => message.links.inbox,
  unsubscribe: ({ message }) => message.links.unsubscribe,
  /** The whole message, as webhooks receive it. */
  event: ({ message }) => eventOf(message),
} satisfies Record<string, (sources: Sources) => Json>;

export type Field = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as Field[];

const isField = (name: string): name is Field => Object.hasOwn(FIELDS, name);
const EVENT = '$event';

/** Literal text, or `$` and a field's name. A leading `$$` stands for a dollar sign. */
const valueSchema = z
  .string()
  .max(2000)
  .superRefine((value, context) => {
    if (!value.startsWith('$') || value.startsWith('$$') || isField(value.slice(1))) return;
    context.addIssue({
      code: 'custom',
      message: `is ${value}, but must be text or one of $${FIELD_NAMES.join(', $')} ($$ for a dollar sign)`,
    });
  });

/** Dapr metadata values must be strings. */
export const metadataMappingSchema = z.record(
  z.string().min(1).max(100),
  valueSchema.refine((value) => value !== EVENT, `must not be ${EVENT}, which is not text`),
);

export type DataMapping =
  | string
  | number
  | boolean
  | null
  | readonly DataMapping[]
  | { readonly [key: string]: DataMapping };

export const dataMappingSchema: z.ZodType<DataMapping> = z.lazy(() =>
  z.union([
    valueSchema,
    z.int(),
    z.boolean(),
    z.null(),
    z.array(dataMappingSchema).max(50),
    z.record(z.string().min(1).max(100), dataMappingSchema),
  ]),
);

/** Replaces every `$field` in a mapping. Field values are inserted verbatim, even if they contain a `$field`. */
export function fillMapping(mapping: DataMapping, sources: Sources): Json {
  if (typeof mapping === 'string') return valueOf(mapping, sources);
  if (typeof mapping !== 'object' || mapping === null) return mapping;
  if (isList(mapping)) return mapping.map((each) => fillMapping(each, sources));
  return Object.fromEntries(Object.entries(mapping).map(([key, each]) => [key, fillMapping(each, sources)]));
}

/**
 * Fills in the metadata values. Replaces line breaks and other control characters in the values with spaces, because
 * bindings can use the values as headers.
 */
export const fillMetadata = (
  mapping: Readonly<Record<string, string>>,
  sources: Sources,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(mapping).map(([name, value]) => {
      const text = valueOf(value, sources);
      return [name, oneLine(typeof text === 'string' ? text : JSON.stringify(text))];
    }),
  );

export function usesField(mapping: DataMapping, field: Field): boolean {
  if (typeof mapping === 'string') return mapping === `$${field}`;
  if (typeof mapping !== 'object' || mapping === null) return false;
  return Object.values(mapping).some((each) => usesField(each, field));
}

function valueOf(value: string, sources: Sources): Json {
  if (value.startsWith('$$')) return value.slice(1);
  const name = value.slice(1);
  return value.startsWith('$') && isField(name) ? FIELDS[name](sources) : value;
}

// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

const isList = (mapping: object): mapping is readonly DataMapping[] => Array.isArray(mapping);
