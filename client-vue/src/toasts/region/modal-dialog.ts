/**
 * Reports the page's topmost modal dialog immediately and on each change. (A modal dialog makes the rest of the page
 * inert.) Doesn't detect dialogs in shadow roots. Returns a function that stops watching.
 */
export function watchModalDialog(changed: (dialog: HTMLDialogElement | undefined) => void): () => void {
  let stack: HTMLDialogElement[] = [];
  let front: HTMLDialogElement | undefined;
  const isModal = (dialog: HTMLDialogElement): boolean => dialog.isConnected && dialog.matches(':modal');

  function update(): void {
    const open = [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')].filter(isModal);
    // Track the opening order because the DOM doesn't.
    stack = [...stack.filter(isModal), ...open.filter((dialog) => !stack.includes(dialog))];
    const now = stack.at(-1);
    if (now === front) return;
    front = now;
    // Dialogs can be removed from the page without being closed.
    removals.disconnect();
    if (front) removals.observe(document, { childList: true, subtree: true });
    changed(front);
  }

  const removals = new MutationObserver(() => front && !front.isConnected && update());
  const openings = new MutationObserver(update);
  openings.observe(document, { attributes: true, attributeFilter: ['open'], subtree: true });
  update();
  return () => {
    openings.disconnect();
    removals.disconnect();
  };
}
