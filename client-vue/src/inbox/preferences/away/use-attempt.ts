import { ref } from 'vue';

/** Runs one action at a time and keeps the error from the last action. */
export function useAttempt<Fault extends string>(faultOf: (error: unknown) => Fault) {
  const isBusy = ref(false);
  const fault = ref<Fault>();

  /** Resolves to true if the action succeeded. Ignores the call if another action is running. */
  async function attempt(act: () => Promise<Fault | undefined | void>): Promise<boolean> {
    if (isBusy.value) return false;
    isBusy.value = true;
    fault.value = undefined;
    try {
      fault.value = (await act()) ?? undefined;
    } catch (error) {
      console.warn('Could not change the settings for messages while you are away.', error);
      fault.value = faultOf(error);
    } finally {
      isBusy.value = false;
    }
    return fault.value === undefined;
  }

  return { isBusy, fault, attempt };
}
