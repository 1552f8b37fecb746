import { parseDuration } from '@tocsin/contracts';
import type { Channel } from '../../away/channels/channel.ts';
import { ContactBook } from '../../away/contacts/contacts.ts';
import type { ChannelRules } from '../../away/fallbacks/decide/decide.ts';
import { Fallbacks } from '../../away/fallbacks/fallbacks.ts';
import type { ConfiguredChannel } from '../../away/fallbacks/options.ts';
import { positionsIn } from '../../away/fallbacks/positions.ts';
import { DurableWakeUps } from '../../away/fallbacks/wake-ups/durable-wake-ups.ts';
import { standingsOf } from '../../away/fallbacks/decide/standings.ts';
import { linksFor } from '../../away/links.ts';
import type { FallbackStep } from '../../away/ports.ts';
import type { Templates } from '../../away/templates/templates.ts';
import { policyOf } from '../../away/policy.ts';
import { createFallbackObserver } from '../../observe/fallback-observer.ts';
import type { Histories } from '../../readers/marks/histories.ts';
import type { Readers } from '../../readers/readers.ts';
import type { AppContext } from '../context.ts';
import { receiptPublisherOf } from '../receipt-publisher.ts';
import type { IsPushService, VapidKey } from './channels.ts';
import type { CommonSettings } from './settings.ts';

/** Everything that sends notifications to readers who are away. Only exists if AWAY_FILE is set. */
export interface Away {
  fallbacks: Fallbacks;
  contacts: ContactBook;
  channels: ReadonlyMap<string, ConfiguredChannel>;
  templates: Templates;
  /** The public VAPID key. `undefined` if there is no `push` channel. */
  vapidKey: VapidKey;
  isPushService: IsPushService;
  linksOf: ReturnType<typeof linksFor>;
  /** Stops retrying wake-ups that the scheduler didn't accept. */
  stop: () => void;
}

/** By default, pushes are collected for a second and e-mails for a minute. */
const DEFAULTS: Record<string, { windowMs: number; perHour: number }> = {
  push: { windowMs: 1_000, perHour: 60 },
  email: { windowMs: 60_000, perHour: 10 },
};
const OTHER_DEFAULTS = { windowMs: 10_000, perHour: 60 };

export async function createAway(
  { config, backend, log, registry, now }: AppContext,
  { states, inboxes, preferences }: Readers,
  histories: Pick<Histories, 'including'>,
  onStep: (step: FallbackStep) => Promise<void>,
): Promise<Away | undefined> {
  if (config.AWAY_FILE === undefined) return undefined;
  // Imported here so that deployments without channels don't load the template engine.
  const { readAwaySettings } = await import('./settings.ts');
  const { createChannels } = await import('./channels.ts');
  const settings = readAwaySettings(config.AWAY_FILE);
  const { channels: list, ...created } = createChannels(settings, backend, log);
  const channels = new Map(
    list.map(({ channel, settings: channelSettings }) => [
      channel.name,
      { channel: skipUnsubscribed(channel), rules: rulesOf(channel, channelSettings) },
    ]),
  );
  const contacts = new ContactBook(backend.readers, now, (err) =>
    log.debug({ err }, "cannot extend the lifetime of a reader's contacts; will retry on next use"),
  );
  const linksOf = linksFor(settings.publicUrl, backend.linkProofs);
  const wakeUps = new DurableWakeUps({
    ...{ wakeUps: backend.wakeUps, store: backend.readers, now },
    onError: (err) => log.warn({ err }, 'the scheduler does not accept wake-ups; fallbacks may be late'),
  });
  const fallbacks = new Fallbacks({
    ...{ store: backend.readers, wakeUps, channels, contacts, onStep, now },
    policy: policyOf(settings.policies),
    standingsOf: (reader, waiting) => standingsOf(reader, waiting, { states, inboxes, histories, now }),
    positionsOf: (reader, added) => positionsIn(reader, added, histories),
    preferencesOf: (reader) => preferences.read(reader),
    linksOf,
    publishReceipt: receiptPublisherOf({ config, backend }),
    observer: createFallbackObserver(registry, log, [...channels.keys()]),
  });
  return { ...created, fallbacks, contacts, channels, linksOf, stop: () => wakeUps.stop() };
}

/** Wraps a channel so that it doesn't reach readers who have unsubscribed. */
const skipUnsubscribed = (channel: Channel): Channel => ({
  ...channel,
  reaches: (contacts) => !contacts.stopped?.includes(channel.name) && channel.reaches(contacts),
});

function rulesOf({ name, repeatable }: Channel, { window, perHour, unknown }: CommonSettings): ChannelRules {
  const defaults = DEFAULTS[name] ?? OTHER_DEFAULTS;
  return {
    windowMs: window === undefined ? defaults.windowMs : (parseDuration(window) ?? defaults.windowMs),
    perHour: perHour ?? defaults.perHour,
    repeats: repeatable || unknown === 'repeat',
  };
}
