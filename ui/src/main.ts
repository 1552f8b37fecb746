import { safeStorage } from '@tocsin/client-vue';
import { createApp, reactive } from 'vue';
import App from './App.vue';
import './page.css';
import { loadTexts } from './messages/texts.ts';
import { feedsOf } from './feeds.ts';
import { permalinkOf } from './permalink/address.ts';
import { keepToken, takeToken } from './token.ts';

const storage = safeStorage(() => sessionStorage);
const tokens = reactive(takeToken(location, history, storage));
const { token } = tokens;

/** Stores the token and reloads because the page's state belongs to a single reader. */
function signInAs(other: string): void {
  keepToken(other, storage);
  location.reload();
}
// If the page is already open in this tab, a link with a token only changes the fragment and doesn't reload the page.
addEventListener('hashchange', () => {
  const now = takeToken(location, history, storage);
  if (now.token !== token && now.token) signInAs(now.token);
  else if (now.offered) tokens.offered = now.offered;
});

/** Returns a setting from a meta tag that the server adds. */
const setting = (name: string): string | undefined =>
  document.querySelector<HTMLMetaElement>(`meta[name="tocsin-${name}"]`)?.content;
const permalink = permalinkOf(location.search);
void loadTexts().then(async () => {
  createApp(App, {
    feeds: feedsOf(location.search),
    negotiate: setting('negotiate') !== undefined,
    iconOrigins: setting('icon-origins')?.split(' '),
    tokens,
    onSignInAs: signInAs,
    ...(token && { getToken: () => token }),
  }).mount('#app');
  const place = document.getElementById('linked-place');
  if (!permalink || !place) return;
  const { showLinked } = await import('./permalink/show-linked.ts');
  await showLinked(place, permalink, token);
});
