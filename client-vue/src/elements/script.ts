import { defineTocsinElements } from './elements.ts';

export { defineTocsinElements } from './elements.ts';
export type { ElementEvents } from './elements.ts';

/** A bff serves this script beside its API, so its origin is the server unless an element names another. */
const origin = (): string | undefined => {
  const { origin, protocol } = new URL(import.meta.url);
  return protocol.startsWith('http') ? origin : undefined;
};

const server = origin();
defineTocsinElements(server === undefined ? {} : { server });
