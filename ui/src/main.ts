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
createApp(App, { feeds: feedsOf(location.search), ...(token && { getToken: () => token }) }).mount('#app');
