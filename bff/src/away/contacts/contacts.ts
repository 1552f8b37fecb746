import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { writeDocument } from '../../readers/documents/write-document.ts';
import type { ReaderStore } from '../../readers/ports.ts';
import { hashOfReader } from '../fallbacks/document.ts';
import type { Contacts, PushSubscription } from '../channels/channel.ts';
import {
  CONTACTS_TTL_SECONDS,
  MAX_DEVICES,
  MAX_STOPPED,
  contactsKey,
  keyOfHash,
  parseContacts,
  type ContactsDocument,
} from './document.ts';

type Language = ContactsDocument['language'];

/** Code lifetime in ms. */
const CODE_MS = 15 * 60 * 1000;
/** Maximum wrong attempts before a code becomes invalid. */
const MAX_TRIES = 5;
const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_CODES_PER_DAY = 5;
/** Minimum time between restarts of a document's lifetime (ms). */
const RENEW_MS = 30 * DAY_MS;

export class TooManyCodesError extends Error {
  override readonly name = 'TooManyCodesError';
  /** Seconds until the next code can be requested. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('too many codes requested in the last 24 hours');
    this.retryAfter = retryAfter;
  }
}

type Pending = ContactsDocument['pending'];

/** A code, and the reader's pending code that it replaced. */
export interface CreatedCode {
  code: string;
  at: number;
  replaced: Pending;
}

/** Readers' addresses. Only readers themselves can add an address, which counts as consent. */
export class ContactBook {
  readonly #store: ReaderStore;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;

  /** Calls `onError` if a document's lifetime can't be restarted. */
  constructor(store: ReaderStore, now: () => number, onError: (error: unknown) => void = () => undefined) {
    this.#store = store;
    this.#now = now;
    this.#onError = onError;
  }

  async find(reader: string): Promise<Contacts & { language: Language }> {
    return this.findByHash(hashOfReader(reader));
  }

  async findByHash(hash: string): Promise<Contacts & { language: Language }> {
    const document = parseContacts('', (await this.#store.read(keyOfHash(hash)))?.value);
    void this.#renew(document);
    const { email, devices, language, stopped } = document;
    return {
      language,
      ...(email && { email: { address: email.address } }),
      ...(stopped && { stopped }),
      push: devices.map(({ endpoint, keys: { p256dh, auth } }) => ({ endpoint, keys: { p256dh, auth } })),
    };
  }

  /** Returns the reader's stored document, for exports of the reader's data. */
  async stored(reader: string): Promise<ContactsDocument> {
    return parseContacts(reader, (await this.#store.read(contactsKey(reader)))?.value);
  }

  setEmail(reader: string, address: string, language?: Language): Promise<void> {
    return this.#change(reader, (before) => ({
      ...before,
      ...(language && { language }),
      email: { address, since: this.#now() },
    }));
  }

  removeEmail(reader: string): Promise<void> {
    return this.#change(reader, ({ email: _, ...rest }) => rest);
  }

  /** Stops messages through a channel without addresses, such as a webhook. */
  stop(reader: string, via: string): Promise<void> {
    return this.#change(reader, (before) =>
      before.stopped?.includes(via)
        ? before
        : { ...before, stopped: [...(before.stopped ?? []), via].slice(-MAX_STOPPED) },
    );
  }

  resume(reader: string, via: string): Promise<void> {
    return this.#change(reader, ({ stopped = [], ...before }) => {
      const others = stopped.filter((name) => name !== via);
      return { ...before, ...(others.length > 0 && { stopped: others }) };
    });
  }

  /** Adds a device or updates the device's keys. At the limit, a new device replaces the oldest. */
  addDevice(reader: string, { endpoint, keys }: PushSubscription, language?: Language): Promise<void> {
    return this.#change(reader, (before) => ({
      ...before,
      ...(language && { language }),
      devices: [
        ...before.devices.filter((device) => device.endpoint !== endpoint),
        { endpoint, keys, since: this.#now() },
      ].slice(-MAX_DEVICES),
    }));
  }

  forgetDevices(reader: string, endpoints: readonly string[]): Promise<void> {
    return this.#change(reader, (before) => ({
      ...before,
      devices: before.devices.filter(({ endpoint }) => !endpoints.includes(endpoint)),
    }));
  }

  /**
   * Creates an 8-digit code that confirms an address other than the one in the reader's token. Valid for 15 minutes.
   * Replaces any earlier code.
   * @throws TooManyCodesError
   */
  async createCode(reader: string, address: string): Promise<CreatedCode> {
    const code = String(randomInt(100_000_000)).padStart(8, '0');
    const now = this.#now();
    const pending = { address, hash: hashOf(code), until: now + CODE_MS, tries: 0 };
    let replaced: Pending;
    await this.#change(reader, (before) => {
      // An earlier attempt stored the code, but the response was lost.
      if (isDeepStrictEqual(before.pending, pending)) return before;
      const codes = (before.codes ?? []).filter((at) => at > now - DAY_MS);
      const [oldest = now] = codes;
      if (codes.length >= MAX_CODES_PER_DAY)
        throw new TooManyCodesError(Math.ceil((oldest + DAY_MS - now) / 1000));
      replaced = before.pending;
      return { ...before, pending, codes: [...codes, now] };
    });
    return { code, at: now, replaced };
  }

  /**
   * Withdraws a code that was definitely not sent. The code no longer counts toward the daily limit, and the code that
   * it replaced is valid again. No-op if someone has already entered a wrong code. Also a no-op if a newer code has
   * replaced this code, because wrong codes could have been entered before it was replaced.
   */
  withdrawCode(reader: string, { code, at, replaced }: CreatedCode): Promise<void> {
    return this.#change(reader, (before) => {
      if (before.pending?.hash !== hashOf(code) || before.pending.tries > 0) return before;
      const { pending: _, codes = [], ...rest } = before;
      const index = codes.indexOf(at);
      return {
        ...rest,
        ...(replaced && { pending: replaced }),
        codes: codes.filter((_at, n) => n !== index),
      };
    });
  }

  /**
   * Saves the address that received the code. Resolves with the address, or with `undefined` if the code is wrong or
   * expired.
   */
  async redeemCode(reader: string, code: string, language?: Language): Promise<string | undefined> {
    let address: string | undefined;
    const now = this.#now();
    await this.#change(reader, (document) => {
      // An earlier attempt saved the address, but the response was lost.
      if (isDeepStrictEqual(document.email, { address, since: now })) return document;
      const { pending, ...before } = document;
      address = undefined;
      if (!pending || pending.until <= now || pending.tries >= MAX_TRIES) return before;
      if (!timingSafeEqual(Buffer.from(pending.hash), Buffer.from(hashOf(code))))
        return { ...before, pending: { ...pending, tries: pending.tries + 1 } };
      ({ address } = pending);
      return { ...before, ...(language && { language }), email: { address, since: now } };
    });
    return address;
  }

  invalidateCode(reader: string): Promise<void> {
    return this.#change(reader, ({ pending: _, ...rest }) => rest);
  }

  async erase(feed: string): Promise<void> {
    await this.#store.erase([contactsKey(feed)]);
  }

  /**
   * Restarts the lifetime of a document with stopped channels. Never rejects; after a failure, the next use tries
   * again.
   */
  async #renew({ reader, stopped, renewed = 0 }: ContactsDocument): Promise<void> {
    const now = this.#now();
    if (!stopped || renewed > now - RENEW_MS) return;
    await this.#change(reader, (before) => (before.stopped ? { ...before, renewed: now } : before)).catch(
      this.#onError,
    );
  }

  async #change(reader: string, change: (before: ContactsDocument) => ContactsDocument): Promise<void> {
    const key = contactsKey(reader);
    await writeDocument(this.#store, {
      ...{ key, ttlSeconds: CONTACTS_TTL_SECONDS },
      plan: async (value) => {
        const before = parseContacts(reader, value);
        const after = change(before);
        // Don't write an unchanged document. For an erased reader, that would store the reader's name again.
        return isDeepStrictEqual(after, before) ? undefined : after;
      },
    });
  }
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');
