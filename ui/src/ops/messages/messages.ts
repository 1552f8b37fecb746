import type { en } from './en/index.ts';

type Texts<T> = { readonly [Name in keyof T]: T[Name] extends string ? string : T[Name] };

/** All texts of the operations page, by part. Texts that depend on a value are functions. */
export type OpsMessages = { readonly [Part in keyof typeof en]: Texts<(typeof en)[Part]> };
