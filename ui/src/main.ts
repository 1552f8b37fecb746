import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import './tokens.css';
import './base.css';
import { feedsOf } from './stores/feeds.ts';

createApp(App, { feeds: feedsOf(location.search) })
  .use(createPinia())
  .mount('#app');
