import { z } from 'zod';
import { faultsOf } from '@tocsin/contracts';
import type { Channel, Contacts } from '../channel.ts';
import type { Templates } from '../../templates/templates.ts';
import { sendThrough, type Invoke } from './invoke.ts';
import { dataMappingSchema, fillMapping, fillMetadata, metadataMappingSchema, usesField } from './mapping.ts';

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const COMPONENT = /^[A-Za-z0-9][A-Za-z0-9.-]{0,99}$/;

/** Settings of a channel over any Dapr output binding, from the settings file. */
export const bindingChannelSchema = z.strictObject({
  name: z.string().regex(NAME, 'must be 1 to 40 characters (a-z, 0-9, -) and start with a letter'),
  /** The component's name. Default: the channel's name. */
  binding: z.string().regex(COMPONENT, 'must be the name of a Dapr component').optional(),
  /** Default `create`. */
  operation: z
    .string()
    .regex(/^[\w-]{1,40}$/, 'must be an operation of the binding')
    .optional(),
  /** Literal text, or `$` and a field's name. */
  metadata: metadataMappingSchema.optional(),
  /** JSON with only whole numbers. Strings are literal text, or `$` and a field's name. Default: `$event`. */
  data: dataMappingSchema.optional(),
  /** Whether the service behind the binding ignores a `$key` that it has seen before. Default: false. */
  repeatable: z.boolean().optional(),
});

export type BindingChannelSettings = z.infer<typeof bindingChannelSchema>;

export type BindingOptions = BindingChannelSettings & { invoke: Invoke; templates: Templates };

/**
 * Creates a channel over any Dapr output binding. Most failures are `unknown` because a failed binding doesn't report
 * whether it sent the message.
 * @throws Error that lists all errors in the settings
 */
export function createBindingChannel({ invoke, templates, ...settings }: BindingOptions): Channel {
  const parsed = bindingChannelSchema.safeParse(settings);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error).map(({ path, message }) => `\n  ${path}: ${message}`);
    throw new Error(`The ${settings.name} channel can't be used:${faults.join('')}`);
  }
  const {
    name,
    binding = name,
    operation = 'create',
    metadata = {},
    data = '$event',
    repeatable,
  } = parsed.data;
  const needsEmail = usesField(metadata, 'email') || usesField(data, 'email');
  const reaches = ({ email }: Contacts) => email !== undefined || !needsEmail;
  return {
    name,
    repeatable: repeatable ?? false,
    reaches,
    send: async (message, contacts) => {
      if (!reaches(contacts)) return { outcome: 'refused', reason: 'The reader has no e-mail address' };
      return sendThrough(() => {
        const sources = { message, contacts, rendered: templates.render(message) };
        const [filledData, values] = [fillMapping(data, sources), fillMetadata(metadata, sources)];
        return () => invoke(binding, operation, filledData, values);
      });
    },
  };
}
