import { safeStorage } from '@tocsin/client/vue';
import { createApp } from 'vue';
import App from './App.vue';
import './page.css';
import { feedsOf } from './feeds.ts';
import { tokenOf } from './token.ts';

const token = tokenOf(
  location,
  history,
  safeStorage(() => sessionStorage),
);
/** Said by a bff whose pages connect elsewhere. */
const negotiate = document.querySelector('meta[name="tocsin-negotiate"]') !== null;
createApp(App, {
  feeds: feedsOf(location.search),
  negotiate,
  ...(token && { getToken: () => token }),
}).mount('#app');
