/** Returns the URL without the notification, for use after closing the notification. */
export function withoutPermalink(href: string): string {
  const url = new URL(href);
  url.searchParams.delete('notification');
  return url.href;
}
