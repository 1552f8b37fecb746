import { useGone } from '@tocsin/client-vue';
import type { Permalink } from './address.ts';
import { drawNotification, element } from './draw-linked.ts';
import { fetchLinked, type FetchLinkedResult } from './fetch-linked.ts';
import { followLinked } from './follow-linked.ts';
import './linked.css';
import { markLinkedRead } from './mark-linked.ts';
import { textsFor } from '../messages/permalink.ts';
import { withoutPermalink } from './without-permalink.ts';

/**
 * Shows a notification in `place`, above the list, and marks it as read. Removes its content once it is gone. Doesn't
 * use a Vue component because sharing more code with this lazily loaded part would split the first view into more
 * files.
 */
export async function showLinked(
  place: HTMLElement,
  permalink: Permalink,
  token: string | undefined,
): Promise<void> {
  const texts = textsFor(document.documentElement.lang);
  const section = element('section', 'linked');
  section.dataset['testid'] = 'linked';
  section.setAttribute('aria-labelledby', 'linked');
  const heading = element('h2', 'linked-title', texts.title);
  heading.id = 'linked';
  heading.tabIndex = -1;
  const close = button(texts.close, 'linked-close', () => {
    linked.stop();
    section.remove();
    history.replaceState(history.state, '', withoutPermalink(location.href));
    document.getElementById('notifications')?.focus();
  });
  const head = element('div', 'linked-head');
  head.append(heading, close);
  const content = element('div', '');
  section.append(head, content);
  place.append(section);

  const retry = button(texts.retry, 'linked-retry', () => void load());
  function draw(result: FetchLinkedResult): void {
    const paragraph = (text: string) => element('p', 'linked-said', text);
    if (result.state !== 'shown') {
      content.replaceChildren(paragraph(texts[result.state]), ...(result.state === 'failed' ? [retry] : []));
      return;
    }
    const { publication } = result.linked;
    if (publication.notification === null) content.replaceChildren(paragraph(texts[publication.gone]));
    else content.replaceChildren(...drawNotification(publication));
  }
  const linked = followLinked({ fetch: () => fetchLinked(permalink, token), useGone, draw });
  async function load(): Promise<void> {
    content.replaceChildren(element('p', 'linked-said', texts.loading));
    const result = await linked.load();
    if (result.state === 'shown' && result.linked.publication.notification)
      void markLinkedRead(permalink, token);
    heading.focus();
  }
  await load();
}

function button(text: string, testid: string, onClick: () => void): HTMLButtonElement {
  const created = element('button', 'tocsin-button', text);
  created.type = 'button';
  created.dataset['testid'] = testid;
  created.addEventListener('click', onClick);
  return created;
}
