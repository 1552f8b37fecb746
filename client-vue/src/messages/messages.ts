import type { en } from './en/index.ts';
import type { late } from './en/late.ts';

type English = typeof en & typeof late;

type Texts<T> = { readonly [Name in keyof T]: T[Name] extends string ? string : T[Name] };

/** All texts of this package, by part of the page. Texts that depend on a value are functions. */
export type Messages = { readonly [Part in keyof English]: Texts<English[Part]> };

/** Texts that take the place of this package's own; the others stay. */
export type OwnMessages = { readonly [Part in keyof Messages]?: Partial<Messages[Part]> };

/** `own` over `base`. */
export function withOwn(base: Messages, own: OwnMessages): Messages {
  const merged = Object.entries(base).map(([part, texts]) => [
    part,
    { ...texts, ...own[part as keyof Messages] },
  ]);
  return Object.fromEntries(merged) as Messages;
}
