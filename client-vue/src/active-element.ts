/** The focused element in the document or shadow root that `node` is in: a document sees only the host of a shadow root. */
export function activeElementBeside(node: Node | null | undefined): Element | null {
  const root = node?.getRootNode() ?? globalThis.document;
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
}
