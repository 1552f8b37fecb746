import type { en } from './en/index.ts';

type Texts<T> = { readonly [Name in keyof T]: T[Name] extends string ? string : T[Name] };

/** All of the operations page's strings, grouped by part. Strings with parameters are functions. */
export type OpsMessages = { readonly [Part in keyof typeof en]: Texts<(typeof en)[Part]> };
