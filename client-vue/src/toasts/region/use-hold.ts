import { computed, onBeforeUnmount, onMounted, ref, watch, type ComputedRef, type Ref } from 'vue';
import { useToasts } from '../store.ts';

/**
 * Tracks whether the reader hovers over, focuses or touches the toasts. Meanwhile, cards are spread out and stay on the
 * screen. Also pauses countdowns while the tab is hidden.
 */
export function useHold(region: Readonly<Ref<HTMLElement | null>>): {
  held: ComputedRef<boolean>;
  onPointer: (event: PointerEvent) => void;
  focus: (inside: boolean) => void;
  release: () => void;
} {
  const toasts = useToasts();
  const hovered = ref(false);
  const focused = ref(false);
  const touched = ref(false);
  const held = computed(() => toasts.isAnyVisible && (hovered.value || focused.value || touched.value));
  /** Whether this region holds the toasts. Other regions can also hold them. */
  let isHolding = false;
  watch(held, (now) => toasts.hold((isHolding = now)));
  // `pointerleave` doesn't fire for an element that disappears under the pointer.
  watch(
    () => toasts.isAnyVisible,
    (isAnyVisible) => {
      if (!isAnyVisible) release();
    },
  );

  function release(): void {
    hovered.value = false;
    focused.value = false;
    touched.value = false;
  }

  /** Handles a pointer that enters, leaves or taps. */
  function onPointer({ type, pointerType }: PointerEvent): void {
    if (pointerType === 'mouse') hovered.value = type !== 'pointerleave';
    else if (type === 'pointerdown') touched.value = true;
  }

  function onPointerDown({ target }: PointerEvent): void {
    if (!(target instanceof Node) || region.value?.contains(target)) return;
    touched.value = false;
  }

  function onVisibility(): void {
    if (document.hidden) toasts.pause('hidden');
    else toasts.resume('hidden');
  }

  onMounted(() => {
    document.addEventListener('pointerdown', onPointerDown, true);
    document.addEventListener('visibilitychange', onVisibility);
    onVisibility();
  });
  onBeforeUnmount(() => {
    document.removeEventListener('pointerdown', onPointerDown, true);
    document.removeEventListener('visibilitychange', onVisibility);
    // The watcher above stops when this component unmounts, before it could release the toasts.
    if (isHolding) toasts.hold(false);
  });
  return { held, onPointer, focus: (inside) => (focused.value = inside), release };
}
