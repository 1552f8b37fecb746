import { pause } from '@tocsin/contracts/pause';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryReaderStore } from '../../memory/reader-store.ts';
import { ContactBook, TooManyCodesError } from './contacts.ts';
import { CONTACTS_TTL_SECONDS, MAX_DEVICES, contactsKey } from './document.ts';

const READER = 'user:ada';
const ADDRESS = 'second@example.org';
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let now: number;
let store: MemoryReaderStore;
let contacts: ContactBook;
const onError = vi.fn();
beforeEach(() => {
  onError.mockClear();
  now = 1_000_000;
  store = new MemoryReaderStore();
  contacts = new ContactBook(store, () => now, onError);
});
const wrongCode = (code: string) => (code === '00000000' ? '00000001' : '00000000');

describe('a code for a second address', () => {
  it('should add the address only once, and be stored as a hash', async () => {
    const { code } = await contacts.createCode(READER, ADDRESS);
    expect(code).toMatch(/^\d{8}$/);
    expect(JSON.stringify(await contacts.stored(READER))).not.toContain(code);
    expect(await contacts.find(READER)).not.toHaveProperty('email');
    expect(await contacts.redeemCode(READER, code)).toBe(ADDRESS);
    expect(await contacts.find(READER)).toMatchObject({ email: { address: ADDRESS } });
    expect(await contacts.redeemCode(READER, code)).toBeUndefined();
  });

  it("should count once and be accepted once if the store's responses are lost", async () => {
    for (let i = 0; i < 4; i++) await contacts.createCode(READER, ADDRESS);
    const write = store.write.bind(store);
    const loseResponse = () => {
      store.write = async (...args) => {
        store.write = write;
        await write(...args);
        throw new Error('no response');
      };
    };
    loseResponse();
    const { code } = await contacts.createCode(READER, ADDRESS);
    loseResponse();
    expect(await contacts.redeemCode(READER, code)).toBe(ADDRESS);
    expect(await contacts.stored(READER)).toMatchObject({ email: { address: ADDRESS, since: now } });
    expect(await contacts.redeemCode(READER, code)).toBeUndefined();
  });

  it('should become invalid after five wrong attempts', async () => {
    const { code } = await contacts.createCode(READER, ADDRESS);
    for (let i = 0; i < 5; i++) expect(await contacts.redeemCode(READER, wrongCode(code))).toBeUndefined();
    expect(await contacts.redeemCode(READER, code)).toBeUndefined();
  });

  it('should stay valid after four wrong attempts', async () => {
    const { code } = await contacts.createCode(READER, ADDRESS);
    for (let i = 0; i < 4; i++) await contacts.redeemCode(READER, wrongCode(code));
    expect(await contacts.redeemCode(READER, code)).toBe(ADDRESS);
  });

  it('should become invalid after 15 minutes, or when the next code is created', async () => {
    const { code: first } = await contacts.createCode(READER, ADDRESS);
    now += 15 * MINUTE_MS;
    expect(await contacts.redeemCode(READER, first)).toBeUndefined();
    const { code: second } = await contacts.createCode(READER, ADDRESS);
    const { code: third } = await contacts.createCode(READER, ADDRESS);
    if (second !== third) expect(await contacts.redeemCode(READER, second)).toBeUndefined();
    expect(await contacts.redeemCode(READER, third)).toBe(ADDRESS);
  });

  it('should not be created if the reader has requested five in the last 24 hours, even if those were used', async () => {
    for (let i = 0; i < 5; i++) {
      const { code } = await contacts.createCode(READER, ADDRESS);
      await contacts.redeemCode(READER, code);
    }
    await expect(contacts.createCode(READER, ADDRESS)).rejects.toThrow(TooManyCodesError);
    await expect(contacts.createCode('user:ben', ADDRESS)).resolves.toHaveProperty('code');
    now += DAY_MS;
    await expect(contacts.createCode(READER, ADDRESS)).resolves.toHaveProperty('code');
  });

  it('should not count toward the daily limit if it could not be sent, and leave the earlier code valid', async () => {
    const { code } = await contacts.createCode(READER, ADDRESS);
    for (let i = 0; i < 5; i++)
      await contacts.withdrawCode(READER, await contacts.createCode(READER, 'third@example.org'));
    expect(await contacts.stored(READER)).toMatchObject({ codes: [now] });
    expect(await contacts.redeemCode(READER, code)).toBe(ADDRESS);
  });

  it('should count toward the daily limit if the send failed but a wrong code was entered during the send', async () => {
    const created = await contacts.createCode(READER, ADDRESS);
    await contacts.redeemCode(READER, wrongCode(created.code));
    await contacts.withdrawCode(READER, created);
    expect(await contacts.stored(READER)).toMatchObject({ codes: [now], pending: { tries: 1 } });
  });

  it('should be created again as soon as the oldest of five codes is a day old', async () => {
    for (let i = 0; i < 5; i++) {
      await contacts.createCode(READER, ADDRESS);
      now += MINUTE_MS;
    }
    const retryAfter = (DAY_MS - 5 * MINUTE_MS) / 1000;
    await expect(contacts.createCode(READER, ADDRESS)).rejects.toMatchObject({ retryAfter });
    now += retryAfter * 1000;
    await expect(contacts.createCode(READER, ADDRESS)).resolves.toHaveProperty('code');
  });

  it('should not work for another reader', async () => {
    const { code } = await contacts.createCode(READER, ADDRESS);
    expect(await contacts.redeemCode('user:ben', code)).toBeUndefined();
  });
});

it('removing an address, code or device should not store anything about an erased reader', async () => {
  await contacts.erase(READER);
  await contacts.removeEmail(READER);
  await contacts.invalidateCode(READER);
  await contacts.forgetDevices(READER, ['https://push.example/1']);
  expect(await contacts.redeemCode(READER, '00000000')).toBeUndefined();
  expect(await store.read(contactsKey(READER))).toBeUndefined();
});

it('a stopped channel should stay stopped if the contacts are used at least once a year', async () => {
  const ttls: unknown[] = [];
  const write = store.write.bind(store);
  store.write = async (key, value, etag, ttlSeconds) => {
    ttls.push(ttlSeconds);
    await write(key, value, etag, ttlSeconds);
  };
  const use = async () => {
    const found = await contacts.find(READER);
    await pause(0);
    return found;
  };
  now = Date.parse('2026-01-01T00:00:00Z');
  await contacts.setEmail(READER, ADDRESS);
  await use();
  expect(ttls).toHaveLength(1);
  await contacts.stop(READER, 'webhook');
  await use();
  expect(ttls).toHaveLength(3);
  now += 29 * DAY_MS;
  await use();
  expect(ttls).toHaveLength(3);
  now += 2 * DAY_MS;
  expect(await use()).toMatchObject({ stopped: ['webhook'] });
  expect(ttls).toEqual(Array.from({ length: 4 }, () => CONTACTS_TTL_SECONDS));
});

it('contacts should be found even if restarting their lifetime is slow or fails', async () => {
  now = Date.parse('2026-01-01T00:00:00Z');
  await contacts.stop(READER, 'webhook');
  let fail = () => {};
  const failing = new Promise<void>((resolve) => (fail = resolve));
  store.write = async () => {
    await failing;
    throw new Error('down');
  };
  expect(await contacts.find(READER)).toMatchObject({ stopped: ['webhook'] });
  fail();
  await expect.poll(() => onError.mock.calls).toEqual([[expect.objectContaining({ message: 'down' })]]);
});

describe("a reader's devices", () => {
  it('should be limited, and a new device should replace the oldest', async () => {
    const device = (n: number) => ({
      endpoint: `https://push.example/${n}`,
      keys: { p256dh: 'BA', auth: 'AA' },
    });
    for (let n = 0; n <= MAX_DEVICES; n++) await contacts.addDevice(READER, device(n));
    const { push } = await contacts.find(READER);
    expect(push).toHaveLength(MAX_DEVICES);
    expect(push.map(({ endpoint }) => endpoint)).not.toContain('https://push.example/0');
  });
});
