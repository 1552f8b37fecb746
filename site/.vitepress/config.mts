import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { documentLinks } from './document-links.mts';

const guide = (text: string, name: string) => ({ text, link: `/guides/${name}` });

export default defineConfig({
  title: 'Tocsin',
  description:
    'Realtime notifications for Dapr: shown once, in order, through crashes, reconnects and deploys.',
  // The documents stay where GitHub and editors read them. This folder holds only the site's own files.
  srcDir: '../docs',
  outDir: 'dist',
  cleanUrls: true,
  // API reports are for reviewers.
  srcExclude: ['api/**'],
  rewrites: { 'site-index.md': 'index.md' },
  // Guides link to pages on the reader's own machine.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    config: documentLinks,
    // VitePress's default code themes lack the contrast that WCAG 2.1 AA requires.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: {
    resolve: {
      alias: [{ find: /^.*\/VPHome\.vue$/, replacement: join(import.meta.dirname, 'theme/layout.mts') }],
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'First minute', link: '/guides/first-minute' },
      { text: 'Protocol', link: '/protocol' },
      { text: 'Settings', link: '/settings' },
      { text: 'Comparison', link: '/comparison' },
    ],
    sidebar: [
      {
        text: 'Use it',
        items: [
          guide('First minute', 'first-minute'),
          guide('Publish from any service', 'publish-from-any-service'),
          guide('Embed in your app', 'embed-in-your-app'),
          guide('Keep an inbox', 'keep-an-inbox'),
          guide('One notification to many users', 'one-to-many'),
          guide('Traps for publishers', 'traps-for-publishers'),
          guide('Commit state and notification', 'commit-state-and-notification'),
          guide('Reach people who are away', 'reach-people-who-are-away'),
        ],
      },
      {
        text: 'Run it',
        items: [
          guide('Docker compose', 'compose'),
          guide('Kubernetes and Helm', 'kubernetes'),
          guide('Several tenants', 'tenants'),
          guide('Use your own Redis', 'redis'),
          guide('Azure Web PubSub', 'azure'),
          guide('Secure it', 'secure-it'),
          guide('Look inside', 'look-inside'),
          { text: 'Operations', link: '/operations' },
          { text: 'Scaling', link: '/scaling' },
          { text: 'Releases', link: '/releases' },
        ],
      },
      {
        text: 'Look it up',
        items: [
          { text: 'Protocol', link: '/protocol' },
          { text: 'Settings', link: '/settings' },
          { text: 'Guarantees', link: '/guarantees' },
          { text: 'Security', link: '/security' },
          { text: 'Performance', link: '/performance' },
          { text: 'Glossary', link: '/glossary' },
        ],
      },
      {
        text: 'Understand it',
        items: [
          { text: 'How it works', link: '/how-it-works' },
          { text: 'Comparison', link: '/comparison' },
        ],
      },
    ],
  },
});
