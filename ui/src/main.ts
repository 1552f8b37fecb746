import { createApp } from 'vue';
import App from './App.vue';
import './page.css';
import { feedsOf } from './feeds.ts';

createApp(App, { feeds: feedsOf(location.search) }).mount('#app');
