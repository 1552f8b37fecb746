import { readFileSync } from 'node:fs';
import {
  categorySchema,
  channelNameSchema,
  durationSchema,
  fallbacksSchema,
  faultsOf,
  feedPatternSchema,
  severitySchema,
} from '@tocsin/contracts';
import { ConfigError } from '@tocsin/service';
import { z } from 'zod';
import { bindingChannelSchema } from '../../away/channels/binding/binding-channel.ts';
import { CODE_LINK } from '../../away/links.ts';

const commonSchema = z.strictObject({
  /** Batching delay: how long a reader's first due fallback waits, so that later ones can share its message. */
  window: durationSchema('PT0S', 'P1D').optional(),
  /** Maximum messages per reader per hour. */
  perHour: z.int().min(1).max(1_000).optional(),
  /** Whether to resend after an unknown outcome (might duplicate the message) or to give up (might lose it). */
  unknown: z.enum(['repeat', 'give-up'], 'must be repeat or give-up').optional(),
});

export type CommonSettings = z.infer<typeof commonSchema>;

const componentSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'must be the name of a Dapr component');

const emailSchema = commonSchema.extend({
  /** The sender, such as `Shop <no-reply@shop.example>`. The `smtp` secret has the server and login. */
  from: z.string().min(3).max(320),
  /** For signing e-mails. The private key is in the `dkim` secret. */
  dkim: z.strictObject({ domain: z.string(), selector: z.string() }).optional(),
  requireTls: z.boolean().optional(),
});

/** For Web Push. The keys are in the `vapid` secret. */
const pushSchema = commonSchema.extend({
  /** Also sends to push services on this machine. For tests only. */
  allowLoopback: z.boolean().optional(),
});

/** Posts through a `bindings.http` component. Requests are signed with the `webhook` secret. */
const webhookSchema = commonSchema.extend({ binding: componentSchema.optional() });

/** Any other output binding. See docs/guides/write-your-own-channel.md. */
const bindingSchema = bindingChannelSchema.omit({ name: true }).extend(commonSchema.shape);
export type BindingSettings = z.infer<typeof bindingSchema>;

const BUILT_IN = ['email', 'push', 'webhook'];
/** Names that no binding can have. */
const RESERVED = [...BUILT_IN, CODE_LINK];

const awaySchema = z.strictObject({
  /** The page's address for links in messages. */
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) address' })
    .refine((url) => !/[?#]/.test(url), 'must not contain ? or #'),
  /** A folder with templates that replace ours. */
  templates: z.string().optional(),
  /** The IANA time zone for times in messages. */
  timeZone: z.string().optional(),
  email: emailSchema.optional(),
  push: pushSchema.optional(),
  webhook: webhookSchema.optional(),
  bindings: z
    .record(
      channelNameSchema.refine((name) => !RESERVED.includes(name), `must not be ${RESERVED.join(', ')}`),
      bindingSchema,
    )
    .default({}),
  policies: z
    .array(
      z.strictObject({
        feeds: z.array(feedPatternSchema).min(1).max(200).optional(),
        severities: z.array(severitySchema).min(1).optional(),
        categories: z.array(categorySchema).min(1).max(200).optional(),
        fallback: fallbacksSchema,
      }),
    )
    .max(100)
    .default([]),
});
export type AwaySettings = z.infer<typeof awaySchema>;

/** Reads the channel and policy settings. @throws ConfigError that lists all errors */
export function readAwaySettings(file: string): AwaySettings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`AWAY_FILE: ${file} cannot be read as JSON: ${why}`, { cause });
  }
  const parsed = awaySchema.safeParse(value);
  if (!parsed.success) {
    const faults = faultsOf(parsed.error).map(({ path, message }) => `  ${path}: ${message}`);
    throw new ConfigError(
      `AWAY_FILE: ${file} is invalid. Fix these members and restart:\n${faults.join('\n')}`,
    );
  }
  const known = new Set([
    ...BUILT_IN.filter((name) => parsed.data[name as 'email'] !== undefined),
    ...Object.keys(parsed.data.bindings),
  ]);
  const unknown = parsed.data.policies.flatMap(({ fallback }, index) =>
    fallback
      .filter(({ via }) => !known.has(via))
      .map(({ via }) => `  policies.${index}: there is no ${via} channel`),
  );
  if (unknown.length > 0)
    throw new ConfigError(`AWAY_FILE: ${file} uses unknown channels:\n${unknown.join('\n')}`);
  return parsed.data;
}
