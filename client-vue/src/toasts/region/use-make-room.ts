import { onBeforeUnmount, readonly, ref, watch, type Ref } from 'vue';
import { usePanel } from '../../stores/panel.ts';
import { useToasts } from '../store.ts';

/**
 * Whether the toasts overlap the open menu of a row, and so must make room for it. While they do, their countdowns
 * are paused, but new toasts are still announced.
 */
export function useMakeRoom(region: Readonly<Ref<HTMLElement | null>>): Readonly<Ref<boolean>> {
  const panel = usePanel();
  const toasts = useToasts();
  const makesRoom = ref(false);

  function overlaps(): boolean {
    if (!panel.menu || !region.value) return false;
    const [menu, own] = [panel.menu.getBoundingClientRect(), region.value.getBoundingClientRect()];
    return menu.left < own.right && own.left < menu.right && menu.top < own.bottom && own.top < menu.bottom;
  }

  watch(
    // Nothing is measured while no menu is open.
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
