import { watch } from 'vue';
import type { NotificationClient } from '@tocsin/client';
import { useMessages } from '../messages/use-messages.ts';
import { useLater } from './later.ts';
import { useConnection } from './connection.ts';

/**
 * States that mean a lost connection. Live messages announce these and `incomplete`. Other states might be over before
 * the message is read out.
 */
const LOST = ['offline', 'unreachable', 'refused'];

/**
 * Keeps the connection state up to date and sends a live message when the connection is lost or restored. Returns a
 * function that stops watching.
 */
export function watchConnection(client: NotificationClient): () => void {
  const connection = useConnection();
  const speak = (text: string): void =>
    useLater().run(({ useLiveMessages }) => useLiveMessages().speak(text));
  let lost = false;
  const updateOnline = (): void => {
    connection.online = navigator.onLine;
  };
  updateOnline();
  client.on('status', (status) => connection.changed(status));
  client.on('error', (error) => {
    connection.failed(error);
    console.warn(error.message);
  });
  client.on('closing', ({ message }) => console.warn(`The server is closing the connection: ${message}`));
  const stop = watch(
    () => connection.state,
    (state) => {
      if (LOST.includes(state) || state === 'incomplete') speak(connection.text);
      if (state === 'live' && lost) speak(useMessages().texts.connection.restored);
      lost = LOST.includes(state) || (lost && state !== 'live');
    },
  );
  addEventListener('online', updateOnline);
  addEventListener('offline', updateOnline);
  return () => {
    stop();
    removeEventListener('online', updateOnline);
    removeEventListener('offline', updateOnline);
  };
}
