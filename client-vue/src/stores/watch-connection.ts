import { watch } from 'vue';
import type { NotificationClient } from '@tocsin/client';
import { useMessages } from '../messages/use-messages.ts';
import { useLateStores } from './late-stores.ts';
import { useConnection } from './connection.ts';

/**
 * States that mean a lost connection. Live messages announce these and `incomplete`. Other states might be over before
 * the message is read out.
 */
const LOST_STATES = ['offline', 'unreachable', 'refused'];

/**
 * Keeps the connection state up to date and sends a live message when the connection is lost or restored. Returns a
 * function that stops watching.
 */
export function watchConnection(client: NotificationClient): () => void {
  const connection = useConnection();
  const speak = (text: string): void =>
    useLateStores().run(({ useLiveMessages }) => useLiveMessages().speak(text));
  let isLost = false;
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
      if (LOST_STATES.includes(state) || state === 'incomplete') speak(connection.text);
      if (state === 'live' && isLost) speak(useMessages().texts.connection.restored);
      isLost = LOST_STATES.includes(state) || (isLost && state !== 'live');
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
