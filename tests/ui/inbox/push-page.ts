import type { BrowserContext, Page, Worker } from 'playwright-core';
import { expect } from 'vitest';
import type { PushSubscription } from '../../../bff/src/away/channels/channel.ts';

/** State of the replaced browser APIs, for tests to read. */
interface PushWindow {
  permissionRequests: number;
}

/** The service worker's global scope, with the number of pushes for which it has shown a notification. */
interface PushScope {
  registration: ServiceWorkerRegistration;
  shownPushes: number;
}

/**
 * Replaces the browser's push APIs and permission prompt, which need a vendor's service and a person. Subscriptions
 * survive reloads. The reader answers the prompt with `permission`. If `realSubscription` is set, the browser gets this
 * subscription to a real push service.
 */
export const withPush =
  (permission: NotificationPermission = 'granted', realSubscription?: PushSubscription) =>
  async (context: BrowserContext): Promise<void> => {
    const start = ([answer, real]: [NotificationPermission, PushSubscription | undefined]) => {
      const KEY = 'test.subscription';
      const PERMISSION = 'test.permission';
      const keys = real?.keys ?? { p256dh: 'BPublic', auth: 'secret' };
      const endpointOf = () => localStorage.getItem(KEY);
      const current = () => {
        const endpoint = endpointOf();
        return endpoint === null
          ? null
          : {
              endpoint,
              toJSON: () => ({ endpoint, expirationTime: null, keys }),
              unsubscribe: () => {
                localStorage.removeItem(KEY);
                return Promise.resolve(true);
              },
            };
      };
      Object.assign(PushManager.prototype, {
        getSubscription: () => Promise.resolve(current()),
        subscribe: ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
          if (endpointOf() !== null) return Promise.reject(new Error('already subscribed'));
          const newEndpoint = `https://push.example/${applicationServerKey.length}-${Date.now()}`;
          localStorage.setItem(KEY, real?.endpoint ?? newEndpoint);
          return Promise.resolve(current());
        },
      });
      const state = window as unknown as PushWindow;
      state.permissionRequests = 0;
      const currentPermission = () => localStorage.getItem(PERMISSION) ?? 'default';
      Object.defineProperty(Notification, 'permission', { get: currentPermission });
      Notification.requestPermission = () => {
        state.permissionRequests++;
        localStorage.setItem(PERMISSION, answer);
        return Promise.resolve(answer);
      };
    };
    await context.addInitScript(start, [permission, realSubscription] as [
      typeof permission,
      typeof realSubscription,
    ]);
  };

/** Returns how many times the page has requested permission since it loaded. */
export const countPermissionRequests = (page: Page) =>
  page.evaluate(() => (window as unknown as PushWindow).permissionRequests);

/** Returns the endpoint that the browser is subscribed to. */
export const subscribedEndpoint = (page: Page) =>
  page.evaluate(() => localStorage.getItem('test.subscription'));

/**
 * Registers the page's service worker, as the push setting in the preferences does. Returns the worker, and a function
 * that delivers a push and waits until its notification is shown. Tests must wait: if a test lists the notifications
 * while one is being added, Chromium deletes that one.
 */
export async function startWorker(
  page: Page,
  origin: string,
): Promise<{ worker: Worker; deliver: (data: string) => Promise<void> }> {
  await page.context().grantPermissions(['notifications'], { origin });
  const devtools = await page.context().newCDPSession(page);
  const registered = new Promise<string>((resolve) =>
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first) resolve(first.registrationId);
    }),
  );
  await devtools.send('ServiceWorker.enable');
  const started = page.context().waitForEvent('serviceworker');
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/push-worker.js');
    const { active } = await navigator.serviceWorker.ready;
    // A push to a worker that's still activating can get dropped.
    while (active && active.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const registrationId = await registered;
  const worker = await started;
  await worker.evaluate(() => {
    const scope = self as unknown as PushScope;
    const { registration } = scope;
    const show = registration.showNotification.bind(registration);
    scope.shownPushes = 0;
    registration.showNotification = async (title, options) => {
      await show(title, options);
      scope.shownPushes++;
    };
  });
  const shownPushes = () => worker.evaluate(() => (self as unknown as PushScope).shownPushes);
  return {
    worker,
    deliver: async (data) => {
      const before = await shownPushes();
      await devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
      await expect.poll(shownPushes).toBe(before + 1);
    },
  };
}

export const shownNotifications = (worker: Worker) =>
  worker.evaluate(async () => {
    const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
    const shown = await registration.getNotifications();
    return shown.map(({ title, body, tag, icon, data }) => ({
      ...{ title, body, tag, data: data as unknown },
      icon: new URL(icon).pathname,
    }));
  });

/**
 * Simulates a click on the shown notification by dispatching the event to the worker's handler, since DevTools can't
 * click it. Only a real click may open or focus a window, so this only records the worker's requests to do so, and
 * returns them.
 */
export const click = (worker: Worker): Promise<string[]> =>
  worker.evaluate(async () => {
    const scope = self as unknown as {
      registration: ServiceWorkerRegistration;
      clients: { openWindow: (url: string) => Promise<null> };
      WindowClient: { prototype: { focus: () => Promise<unknown> } };
      NotificationEvent: new (type: string, init: { notification: Notification }) => Event;
      dispatchEvent: (event: Event) => boolean;
    };
    const calls: string[] = [];
    scope.clients.openWindow = (url) => {
      calls.push(`open ${url}`);
      return Promise.resolve(null);
    };
    scope.WindowClient.prototype.focus = function focus(this: unknown) {
      calls.push('focus');
      return Promise.resolve(this);
    };
    const [notification] = await scope.registration.getNotifications();
    if (!notification) throw new Error('No notification is shown.');
    const event = new scope.NotificationEvent('notificationclick', { notification });
    let handled: Promise<unknown> | undefined;
    Object.defineProperty(event, 'waitUntil', { value: (work: Promise<unknown>) => (handled = work) });
    scope.dispatchEvent(event);
    await handled;
    return calls;
  });
