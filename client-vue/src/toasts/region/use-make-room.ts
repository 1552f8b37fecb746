import { onBeforeUnmount, readonly, ref, watch, type Ref } from 'vue';
import { usePanel } from '../../stores/panel.ts';
import { useToasts } from '../store.ts';

/**
 * Whether the toasts overlap a row's open menu and must make room for it. Meanwhile, countdowns are paused, but new
 * toasts are still announced.
 */
export function useMakeRoom(region: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<boolean>> {
  const panel = usePanel();
  const toasts = useToasts();
  const makesRoom = ref(false);

  function overlaps(): boolean {
    if (!panel.menu || !region.value) return false;
    const a = panel.menu.getBoundingClientRect();
    const b = region.value.getBoundingClientRect();
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  watch(
    // No need to measure while no menu is open.
    () => panel.menu && [panel.menu, toasts.view],
    () => {
      makesRoom.value = overlaps();
      if (makesRoom.value) toasts.pause('menu');
      else toasts.resume('menu');
    },
    { flush: 'post' },
  );
  onBeforeUnmount(() => toasts.resume('menu'));
  return readonly(makesRoom);
}
