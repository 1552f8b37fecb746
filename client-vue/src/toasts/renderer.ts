import { createToastRenderer, type ToastRenderer } from './adapter.ts';
import StackedToast from './card/StackedToast.vue';

/** Renders cards into `container`. Loads after the first view. */
export const createRenderer = (
  container: HTMLElement,
  props: Readonly<Record<string, unknown>>,
): ToastRenderer => createToastRenderer(container, StackedToast, props);
