import type { AwayMessage, Channel, SendResult } from '../../channels/channel.ts';
import { MAX_SHOWN } from '../decide/decide.ts';
import type { Sending } from '../document.ts';
import type { FallbacksOptions, ReaderContacts } from '../options.ts';

export interface ClaimedMessage {
  channel: Channel;
  reader: string;
  message: Sending;
  contacts: ReaderContacts;
}

/** Sends a message that this process has claimed. Removes devices that are gone. Never rejects. */
export async function sendMessage(
  { linksOf, contacts: book, observer }: Pick<FallbacksOptions, 'linksOf' | 'contacts' | 'observer'>,
  { channel, reader, message: { via, key, items }, contacts }: ClaimedMessage,
): Promise<SendResult> {
  let links: AwayMessage['links'];
  try {
    links = linksOf(reader, via);
  } catch (error) {
    return { outcome: 'unavailable', reason: `links cannot be signed: ${String(error)}` };
  }
  const open = items.filter(({ retracted }) => !retracted);
  const notifications = open.flatMap(({ notification }) => notification ?? []).slice(0, MAX_SHOWN);
  const more = open.length - notifications.length;
  const { language } = contacts;
  const result = await channel.send({ key, reader, language, notifications, more, links }, contacts);
  try {
    if ('gone' in result && result.gone) await book.forgetDevices(reader, result.gone);
  } catch (error) {
    // Not fatal. The push service reports the same devices as gone for the next message.
    observer.failed('forget-devices', error);
  }
  return result;
}
