import type { Fallback, Notification, Preferences, PublishedPosition } from '@tocsin/contracts';
import type { ReaderStore } from '../../readers/ports.ts';
import type { AwayMessage, Channel, Contacts } from '../channels/channel.ts';
import type { FallbackStep, WakeUps } from '../ports.ts';
import type { ChannelRules, Standing } from './decide/decide.ts';
import type { Waiting } from './document.ts';
import type { FallbackObserver } from './fallback-observer.ts';
import type { PublishReceipt } from './receipts/publish-receipts.ts';
import type { NewNotification } from './register.ts';

export interface ConfiguredChannel {
  channel: Channel;
  rules: ChannelRules;
}

export type ReaderContacts = Contacts & { language: AwayMessage['language'] };

export interface FallbacksOptions {
  store: ReaderStore;
  wakeUps: WakeUps;
  channels: ReadonlyMap<string, ConfiguredChannel>;
  /** Returns the default fallbacks for notifications that don't define any. */
  policy: (notification: Notification) => readonly Fallback[];
  standingsOf: (reader: string, waiting: readonly Waiting[]) => Promise<(one: Waiting) => Standing>;
  /** Finds the positions of published notifications that are in the feed's history. */
  positionsOf: (
    reader: string,
    added: readonly NewNotification[],
  ) => Promise<ReadonlyMap<NewNotification, PublishedPosition>>;
  preferencesOf: (reader: string) => Promise<Preferences>;
  contacts: {
    /** Finds contacts by the reader's hash, so that they can be read together with the reader's document. */
    findByHash(hash: string): Promise<ReaderContacts>;
    forgetDevices(reader: string, endpoints: readonly string[]): Promise<void>;
  };
  /** Throws while links can't be signed. */
  linksOf: (reader: string, via: string) => AwayMessage['links'];
  observer: FallbackObserver;
  /** Publishes an event at least once for each ended fallback. Not set if RECEIPTS_TOPIC is off. */
  publishReceipt?: PublishReceipt | undefined;
  onStep: (step: FallbackStep) => Promise<void>;
  now: () => number;
}
