import { originOfIcon } from '@tocsin/contracts';
import { shallowRef } from 'vue';
import { loadLate } from '../load-late.ts';
import { defineStore } from './define-store.ts';

/** Notification icons: named icons, which are loaded on first use, and images from allowed origins. */
export const useIcons = defineStore(() => {
  const paths = shallowRef<Readonly<Record<string, string>>>({});
  const origins = shallowRef<readonly string[]>([]);
  let isLoading = false;

  /** Returns a named icon's SVG path, or `undefined` for unknown names and until the paths are loaded. */
  function pathOf(icon: string): string | undefined {
    if (icon === '' || icon.includes(':')) return undefined;
    if (!isLoading)
      loadLate(
        () => import('../components/named-icons.ts'),
        ({ NAMED_ICONS }) => (paths.value = NAMED_ICONS),
      );
    isLoading = true;
    return Object.hasOwn(paths.value, icon) ? paths.value[icon] : undefined;
  }

  const allows = (icon: string): boolean => origins.value.includes(originOfIcon(icon) ?? '');

  return {
    pathOf,
    allows,
    allow: (allowed: readonly string[]) => (origins.value = allowed),
  };
});
