import DefaultTheme from 'vitepress/theme';
import './contrast.css';
import './pages.css';
import { Layout } from './layout.mts';

export default { extends: DefaultTheme, Layout };
