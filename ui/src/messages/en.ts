/** Strings for the page around the components. `who` is a reader's name in Unicode bidi isolates. */
export const en = {
  skip: 'Skip to the notifications',
  title: 'Notifications',
  inMemory: 'Development mode: data is kept in memory, without Dapr or Redis. A restart deletes it.',
  feedOfAll: 'All',
  feeds: (count: number, names: string) => `${count === 1 ? 'Feed' : 'Feeds'}: ${names}`,
  newer: (count: number) => `${count} new`,
  connection: 'Connection',
  states: {
    connecting: 'Connecting',
    live: 'Live',
    incomplete: 'Incomplete',
    reconnecting: 'Reconnecting',
    offline: 'Offline',
    unreachable: 'Unreachable',
    refused: 'Refused',
  },
  themes: { system: 'system', light: 'light', dark: 'dark' },
  theme: (now: string, next: string) => `Theme: ${now}. Change to ${next}`,
  signIn: {
    title: 'Sign in as another reader?',
    unknown: 'another reader',
    offer: (who: string, current: string) =>
      `The link you opened contains a token for ${who}. You stay signed in as ${current}.`,
    stay: 'Stay signed in',
    change: (who: string) => `Sign in as ${who} instead`,
  },
};

type Widened<T> = {
  readonly [Name in keyof T]: T[Name] extends string
    ? string
    : T[Name] extends (...parameters: never[]) => string
      ? T[Name]
      : Widened<T[Name]>;
};

/** The type of the strings in every language. All strings are required. */
export type Texts = Widened<typeof en>;
