import { useNotifications } from '@tocsin/client-vue';
import { watch } from 'vue';
import type { Permalink } from './address.ts';
import { drawNotification, element } from './draw-linked.ts';
import { fetchLinked, type Linked } from './fetch-linked.ts';
import './linked.css';
import { markLinkedRead } from './mark-linked.ts';
import { textsFor } from '../messages/permalink.ts';
import { untilAnswered } from './until-answered.ts';
import { withoutPermalink } from './without-permalink.ts';

/**
 * Shows a notification in `place`, above the list, and marks it as read. Loads it again when it leaves the list because
 * it could be gone. Has no Vue component because sharing more code with this lazily loaded part would split the first
 * view into more files.
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
  function draw(answer: Linked): void {
    const paragraph = (text: string) => element('p', 'linked-said', text);
    if (answer.state !== 'shown') {
      content.replaceChildren(paragraph(texts[answer.state]), ...(answer.state === 'failed' ? [retry] : []));
      return;
    }
    const { publication } = answer.linked;
    if (publication.notification === null) content.replaceChildren(paragraph(texts[publication.gone]));
    else content.replaceChildren(...drawNotification(publication));
  }
  let requests = 0;
  let drawn = 0;
  /** Draws the answer if it is wanted and no later request's answer is drawn. */
  async function request(isWanted = (_answer: Linked): boolean => true): Promise<Linked> {
    const number = ++requests;
    const answer = await fetchLinked(permalink, token);
    if (number > drawn && isWanted(answer)) {
      drawn = number;
      draw(answer);
    }
    return answer;
  }
  async function load(): Promise<void> {
    content.replaceChildren(element('p', 'linked-said', texts.loading));
    const answer = await request();
    if (answer.state === 'shown' && answer.linked.publication.notification)
      void markLinkedRead(permalink, token);
    heading.focus();
  }
  const notifications = useNotifications();
  watch(
    () =>
      notifications.items.some(
        ({ feed, notification: { id } }) => feed === permalink.feed && id === permalink.id,
      ),
    (isListed) => {
      if (isListed) return;
      // Other answers don't tell whether the notification is gone.
      const ask = () => request(({ state }) => state === 'shown' || state === 'unknown');
      void untilAnswered(ask, () => section.isConnected);
    },
  );
  await load();
}

function button(text: string, testid: string, onClick: () => void): HTMLButtonElement {
  const created = element('button', 'tocsin-button', text);
  created.type = 'button';
  created.dataset['testid'] = testid;
  created.addEventListener('click', onClick);
  return created;
}
