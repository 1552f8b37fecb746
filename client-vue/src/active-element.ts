/**
 * Returns the focused element of the document or shadow root that contains `node`. `document.activeElement` stops at
 * the shadow host.
 */
export function activeElementInRootOf(node: Node | null | undefined): Element | null {
  const root = node?.getRootNode() ?? globalThis.document;
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
}
