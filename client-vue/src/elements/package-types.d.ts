/** Registers `<tocsin-bell>` and `<tocsin-toasts>`. Importing this module does so automatically. */
export function defineTocsinElements(options?: { server?: string }): void;

/** Events that both elements dispatch. They bubble and cross the shadow boundary. */
export interface ElementEvents {
  'tocsin-unread': CustomEvent<{ unread: number; unseen: number }>;
  'tocsin-connection': CustomEvent<{ state: string; text: string }>;
}
