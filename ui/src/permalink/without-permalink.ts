/** The URL without the notification, for after it was closed. */
export function withoutPermalink(href: string): string {
  const url = new URL(href);
  url.searchParams.delete('notification');
  return url.href;
}
