import { createApp } from 'vue';
import OpsApp from './OpsApp.vue';
import '../page.css';
import 'uplot/dist/uPlot.min.css';
import './ops.css';

createApp(OpsApp).mount('#app');
