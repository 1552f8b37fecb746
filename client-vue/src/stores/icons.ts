import { originOfIcon } from '@tocsin/contracts';
import { shallowRef } from 'vue';
import { loadLate } from '../load-late.ts';
import { defineStore } from './define-store.ts';

/** The icons of notifications: named ones, which load when the first is needed, and images of allowed origins. */
export const useIcons = defineStore(() => {
  const paths = shallowRef<Readonly<Record<string, string>>>({});
  const origins = shallowRef<readonly string[]>([]);
  let isLoading = false;

  /** The outline of a named icon; `undefined` until it is loaded, and for other names. */
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

  /** Whether the page allows images of this address. */
  const allows = (icon: string): boolean => origins.value.includes(originOfIcon(icon) ?? '');

  return {
    pathOf,
    allows,
    allow: (allowed: readonly string[]) => (origins.value = allowed),
  };
});
