import type { LivePublication, Notification } from '@tocsin/contracts';

/** Creates an element with this class and text. Doesn't set `dir`. For a publisher's text, use `publisherText`. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const created = document.createElement(name);
  created.className = className;
  created.textContent = text;
  return created;
}

/** Returns whether the browser may follow the link. Only http and https are allowed. */
function isSafeLink(link: string): boolean {
  const base = location.href;
  return URL.canParse(link, base) && /^https?:$/.test(new URL(link, base).protocol);
}

/** Creates an element with the publisher's text, isolated from the page's text direction. Adds `link` if it's safe. */
function publisherText(name: 'h3' | 'p', className: string, text: string, link?: string): HTMLElement {
  const created = element(name, className);
  created.dir = 'auto';
  if (link === undefined || !isSafeLink(link)) created.textContent = text;
  else {
    const anchor = element('a', '', text);
    anchor.href = link;
    created.append(anchor);
  }
  return created;
}

/** Creates the elements that show a notification. Omits elements for missing members. */
export function drawNotification({ notification }: LivePublication): HTMLElement[] {
  const { title, body, link, source, createdAt, actions }: Notification = notification;
  const time = element('time', '', new Date(createdAt).toLocaleString(document.documentElement.lang));
  time.dateTime = createdAt;
  const facts = element('p', 'linked-said');
  if (source !== undefined) facts.append(element('bdi', '', source), ' · ');
  facts.append(time);
  return [
    publisherText('h3', 'linked-name', title, link),
    ...(body === undefined ? [] : [publisherText('p', 'linked-body', body)]),
    facts,
    ...(actions ?? []).map((action) => publisherText('p', '', action.label, action.link)),
  ];
}
