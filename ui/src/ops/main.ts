import { createApp } from 'vue';
import { loadTexts, useTexts } from './messages/use-texts.ts';
import OpsApp from './OpsApp.vue';
import '../page.css';
import 'uplot/dist/uPlot.min.css';
import './ops.css';

await loadTexts(document.documentElement.lang);
document.title = useTexts().page.documentTitle;
createApp(OpsApp).mount('#app');
