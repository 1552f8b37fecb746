import { defineTocsinElements } from './elements.ts';

export { defineTocsinElements } from './elements.ts';
export type { ElementEvents } from './elements.ts';

/** The bff serves both this script and the API, so the script's origin is the default server. */
const origin = (): string | undefined => {
  const { origin, protocol } = new URL(import.meta.url);
  return protocol.startsWith('http') ? origin : undefined;
};

const server = origin();
defineTocsinElements(server === undefined ? {} : { server });
