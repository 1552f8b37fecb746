import { addPushDevice, removePushDevice, type MessageLanguage } from '@tocsin/client';
import { useMessages } from '../../../messages/use-messages.ts';
import { useSource } from '../../../stores/source.ts';

/** With Declarative Web Push, the push manager doesn't need a service worker. */
const declarativePushManager = (): PushManager | undefined =>
  (globalThis as { pushManager?: PushManager }).pushManager;

/** Whether this page can receive push messages in this browser. */
export const isPushSupported = (): boolean =>
  'Notification' in globalThis &&
  (declarativePushManager() !== undefined ||
    ('PushManager' in globalThis && 'serviceWorker' in navigator && useSource().hasPushWorker()));

/** Returns the page's language if messages are available in it. */
export function messageLanguage(): MessageLanguage | undefined {
  const [base] = useMessages().lang.toLowerCase().split('-');
  return base === 'de' || base === 'en' ? base : undefined;
}

/** Resolves when the worker is active. Browsers refuse to subscribe before that. */
function whenActive({ active, waiting, installing }: ServiceWorkerRegistration): Promise<void> {
  const worker = installing ?? waiting;
  if (active || !worker) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onStateChange = (): void => {
      if (worker.state === 'activated') resolve();
      else if (worker.state === 'redundant') reject(new Error('Could not install the service worker.'));
    };
    worker.addEventListener('statechange', onStateChange);
    onStateChange();
  });
}

async function pushManager(): Promise<PushManager> {
  const manager = declarativePushManager();
  if (manager) return manager;
  const registration = await useSource().registerPushWorker();
  await whenActive(registration);
  return registration.pushManager;
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Whether any of these endpoints belongs to this device. */
export async function isSubscribed(endpoints: readonly string[]): Promise<boolean> {
  if (endpoints.length === 0 || Notification.permission !== 'granted') return false;
  const subscription = await (await pushManager()).getSubscription();
  return subscription !== null && endpoints.includes(subscription.endpoint);
}

/**
 * Subscribes this device with the deployment's key and registers it for the reader. Replaces an existing subscription,
 * which may have a different key or belong to another reader. Call this only after permission is granted. If a step
 * fails, rejects and leaves the device unsubscribed.
 */
export async function subscribe(publicKey: string): Promise<void> {
  const manager = await pushManager();
  await (await manager.getSubscription())?.unsubscribe();
  const subscription = await manager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(publicKey),
  });
  try {
    await useSource().call((url, _clientId, options) =>
      addPushDevice(url, subscription, messageLanguage(), options),
    );
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
}

/**
 * Turns off push on this device. Push is off even if this rejects because the server is unreachable. In that case, the
 * server finds out when the next push fails.
 */
export async function unsubscribe(): Promise<void> {
  const subscription = await (await pushManager()).getSubscription();
  if (!subscription) return;
  const { endpoint } = subscription;
  await subscription.unsubscribe();
  await useSource().call((url, _clientId, options) => removePushDevice(url, endpoint, options));
}

/**
 * Turns off push on this device so that the next reader doesn't get this reader's messages. Call it when the reader
 * signs out, while the components are still mounted and `getToken` still returns the reader's token. No-op if push is
 * off. Push is off even if this rejects because the server is unreachable.
 */
export async function stopPush(): Promise<void> {
  if (isPushSupported() && Notification.permission === 'granted') await unsubscribe();
}
