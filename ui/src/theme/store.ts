import { safeStorage } from '@tocsin/client-vue';
import { computed, reactive, ref, watchEffect } from 'vue';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** `public/theme.js` reads the same key before the first paint. */
const KEY = 'tocsin.theme';

const parseChoice = (text: string | null): ThemeChoice =>
  THEME_CHOICES.find((choice) => choice === text) ?? 'system';

/**
 * Returns the current theme (dark or light) and the reader's choice, which can also be the system's theme. The choice
 * is stored in this browser and shared by all tabs.
 */
export function useTheme() {
  const storage = safeStorage(() => localStorage);
  const system = matchMedia('(prefers-color-scheme: dark)');
  const systemDark = ref(system.matches);
  const choice = ref<ThemeChoice>(parseChoice(storage.get(KEY)));
  const theme = computed(() =>
    choice.value === 'system' ? (systemDark.value ? 'dark' : 'light') : choice.value,
  );
  const next = computed(() => THEME_CHOICES[(THEME_CHOICES.indexOf(choice.value) + 1) % 3] ?? 'system');

  system.addEventListener('change', ({ matches }) => {
    systemDark.value = matches;
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key === KEY) choice.value = parseChoice(newValue);
  });
  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });

  function choose(to: ThemeChoice): void {
    choice.value = to;
    storage.set(KEY, to);
  }

  return reactive({ choice, theme, next, choose });
}
