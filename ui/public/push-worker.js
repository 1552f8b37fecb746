'use strict';
// The page's service worker. It shows each push message as a notification and opens the link on click. It doesn't
// intercept requests. Browsers with Declarative Web Push do all of this themselves and don't run it.

/** The title for an unreadable push message. Browsers require a notification for each push. */
const FALLBACK_TITLE = /^de\b/i.test(navigator.language) ? 'Neue Benachrichtigungen' : 'New notifications';

/** An event's Declarative Web Push message (https://www.w3.org/TR/push-api/#declarative-push-message). */
function messageOf(event) {
  try {
    const message = event.data.json();
    if (typeof message.notification.title === 'string') return message;
  } catch (error) {
    console.warn('Tocsin received an unreadable push message. It shows a generic title instead.', error);
  }
  return { notification: { title: FALLBACK_TITLE } };
}

/** Opens a URL, preferably in a page that the reader already has open, because a new tab has no token. */
async function open(address) {
  const target = new URL(address, self.registration.scope);
  const windows = await self.clients.matchAll({ type: 'window' });
  const page = windows.find(({ url }) => {
    const { origin, pathname } = new URL(url);
    return origin === target.origin && pathname === target.pathname;
  });
  if (!page) return self.clients.openWindow(target.href);
  if (!target.searchParams.has('notification')) return page.focus();
  // Keep showing the page's current feeds.
  const followed = new URL(page.url).searchParams.getAll('feed');
  for (const feed of followed.length > 0 ? followed : ['all'])
    if (!target.searchParams.getAll('feed').includes(feed)) target.searchParams.append('feed', feed);
  try {
    await page.navigate(target.href);
  } catch (error) {
    console.warn("Tocsin can't navigate the open page, so it opens a new one.", error);
    return self.clients.openWindow(target.href);
  }
  return page.focus();
}

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('push', (event) => {
  const { title, navigate, body, tag, lang, dir, timestamp, data } = messageOf(event).notification;
  const options = { body, tag, lang, dir, timestamp, data: { ...data, navigate } };
  event.waitUntil(
    self.registration.showNotification(title, {
      icon: '/icons/icon-192.png',
      badge: '/icons/badge-96.png',
      ...options,
    }),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.navigate ?? '/'));
});
