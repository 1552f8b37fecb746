/** Registers `<tocsin-bell>` and `<tocsin-toasts>`, which importing this module has done already. */
export function defineTocsinElements(options?: { server?: string }): void;

/** The events that both elements dispatch; they bubble and leave the shadow root. */
export interface ElementEvents {
  'tocsin-unread': CustomEvent<{ unread: number; unseen: number }>;
  'tocsin-connection': CustomEvent<{ state: string; text: string }>;
}
