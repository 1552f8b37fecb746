import { createApp } from 'vue';
import { loadTexts, useTexts } from './messages/use-texts.ts';
import OpsApp from './OpsApp.vue';
import '../page.css';
import 'uplot/dist/uPlot.min.css';
import './styles/frame.css';
import './styles/verdict.css';
import './styles/instances.css';
import './styles/audit.css';
import './styles/set-aside.css';
import './styles/forms.css';

// Not a top-level await, which would prevent the build from merging small chunks.
void loadTexts(document.documentElement.lang).then(() => {
  document.title = useTexts().page.documentTitle;
  createApp(OpsApp).mount('#app');
});
