/**
 * Reports the topmost modal dialog of the page, now and on each change: everything outside it is inert. Dialogs in shadow
 * roots are not detected. Returns the function that stops this.
 */
export function watchModalDialog(changed: (dialog: HTMLDialogElement | undefined) => void): () => void {
  let stack: HTMLDialogElement[] = [];
  let front: HTMLDialogElement | undefined;
  const isModal = (dialog: HTMLDialogElement): boolean => dialog.isConnected && dialog.matches(':modal');

  function look(): void {
    const open = [...document.querySelectorAll<HTMLDialogElement>('dialog[open]')].filter(isModal);
    // In opening order, which the document does not have.
    stack = [...stack.filter(isModal), ...open.filter((dialog) => !stack.includes(dialog))];
    const now = stack.at(-1);
    if (now === front) return;
    front = now;
    // A dialog may leave the page without being closed.
    removals.disconnect();
    if (front) removals.observe(document, { childList: true, subtree: true });
    changed(front);
  }

  const removals = new MutationObserver(() => front && !front.isConnected && look());
  const openings = new MutationObserver(look);
  openings.observe(document, { attributes: true, attributeFilter: ['open'], subtree: true });
  look();
  return () => {
    openings.disconnect();
    removals.disconnect();
  };
}
