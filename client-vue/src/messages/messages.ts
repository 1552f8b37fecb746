import type { en } from './en/index.ts';
import type { late } from './en/late.ts';

type English = typeof en & typeof late;

type Texts<T> = { readonly [Name in keyof T]: T[Name] extends string ? string : T[Name] };

/** All of this package's strings, grouped by part of the page. Strings with parameters are functions. */
export type Messages = { readonly [Part in keyof English]: Texts<English[Part]> };

/** A page's own strings, which override this package's defaults. */
export type OwnMessages = { readonly [Part in keyof Messages]?: Partial<Messages[Part]> };

/** Returns the strings of `base` overridden by `own`. */
export function withOverrides(base: Messages, own: OwnMessages): Messages {
  const merged = Object.entries(base).map(([part, texts]) => [
    part,
    { ...texts, ...own[part as keyof Messages] },
  ]);
  return Object.fromEntries(merged) as Messages;
}
