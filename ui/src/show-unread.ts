const ICON = '/favicon.svg';
const ICON_UNREAD = '/favicon-unread.svg';

/** Shows the unread count in the title and on the tab's icon. */
export function showUnread(count: number): void {
  document.title = count > 0 ? `(${count > 99 ? '99+' : count}) Tocsin` : 'Tocsin';
  document.querySelector('link[rel=icon]')?.setAttribute('href', count > 0 ? ICON_UNREAD : ICON);
}

/** Shows the unread count on the installed app's icon, replacing the last push's count. */
export function showBadge(count: number): void {
  if ('setAppBadge' in navigator)
    navigator.setAppBadge(count).catch((error: unknown) => console.warn('Could not set the badge.', error));
}
