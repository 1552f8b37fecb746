import DefaultTheme, { VPHomeContent, VPHomeFeatures, VPHomeHero } from 'vitepress/theme';
import { Content, withBase } from 'vitepress';
import { h } from 'vue';

/** The home page. `config.mts` uses it in place of the theme's own, which has no main landmark. */
export default () =>
  h('main', { class: 'VPHome' }, [h(VPHomeHero), h(VPHomeFeatures), h(VPHomeContent, () => h(Content))]);

const notFound = () =>
  h('main', { class: 'not-found' }, [
    h('h1', 'Page not found'),
    h('p', 'No page has this address. Search the site, or go to the home page.'),
    h('a', { href: withBase('/') }, 'Go to the home page'),
  ]);

export const Layout = () => h(DefaultTheme.Layout, null, { 'not-found': notFound });
