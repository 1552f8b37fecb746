import { describe, expect, it } from 'vitest';
import { centrifugoProtocol } from './centrifugo.ts';
import { plainProtocol } from './plain.ts';
import type { Dialogue } from './protocol.ts';
import { socketIoProtocol } from './socket-io.ts';
import { tocsinProtocol } from './tocsin.ts';

const say = (dialogue: Dialogue, message: string) => dialogue.take(Buffer.from(message));

describe("Tocsin's protocol", () => {
  const page = { feed: 'all', epoch: '1-a', offset: 7, recovered: true, more: false, publications: [] };

  it('should connect, subscribe, track its position and answer pings', () => {
    const dialogue = tocsinProtocol.begin({ feed: 'all' });
    expect(say(dialogue, '0{"sid":"x"}')).toEqual({ send: '40' });
    expect(say(dialogue, '40{"sid":"y"}')).toEqual({ send: '420["subscribe",{"feed":"all"}]' });
    expect(dialogue.position()).toBeUndefined();
    expect(say(dialogue, `430${JSON.stringify([{ ok: true, ...page }])}`)).toEqual({ ready: true });
    expect(dialogue.position()).toBe('{"epoch":"1-a","offset":7}');
    say(
      dialogue,
      `42${JSON.stringify(['publications', { feed: 'all', epoch: '1-a', publications: [{ offset: 8 }, { offset: 9 }] }])}`,
    );
    say(dialogue, `42${JSON.stringify(['position', { feed: 'all', epoch: '1-a', offset: 9 }])}`);
    expect(dialogue.position()).toBe('{"epoch":"1-a","offset":9}');
    expect(say(dialogue, '2')).toEqual({ send: '3' });
  });

  it('should recover from a position, and report a failed recovery', () => {
    const dialogue = tocsinProtocol.begin({ feed: 'all', position: '{"epoch":"1-a","offset":7}' });
    expect(say(dialogue, '40{}')?.send).toBe(
      '420["subscribe",{"feed":"all","position":{"epoch":"1-a","offset":7}}]',
    );
    expect(say(dialogue, `430${JSON.stringify([{ ok: true, ...page, recovered: false }])}`)?.fault).toMatch(
      /could not recover/,
    );
    expect(say(dialogue, '430[{"ok":false,"error":{"message":"no"}}]')?.fault).toMatch(/no/);
    expect(say(dialogue, '44{"message":"full"}')?.fault).toMatch(/full/);
  });
});

describe('socket.io', () => {
  it('should pass its session and last offset to a later connection', () => {
    const first = socketIoProtocol.begin({ feed: 'all' });
    expect(say(first, '40{"sid":"y","pid":"p"}')).toEqual({ send: '420["subscribe",{"feed":"all"}]' });
    expect(say(first, '430[]')).toEqual({ ready: true });
    expect(first.position()).toBeUndefined();
    say(first, '42["message",{"text":"a"},"17-0"]');
    const position = first.position() as string;
    const second = socketIoProtocol.begin({ feed: 'all', position });
    expect(say(second, '0{}')).toEqual({ send: '40{"pid":"p","offset":"17-0"}' });
    expect(say(second, '40{"sid":"y","pid":"p"}')).toEqual({ ready: true });
    expect(say(second, '40{"sid":"z","pid":"q"}')?.fault).toMatch(/not restored/);
  });
});

describe("Centrifugo's protocol", () => {
  it('should connect, subscribe, track its position and answer pings', () => {
    const dialogue = centrifugoProtocol.begin({ feed: 'all' });
    expect(dialogue.hello).toBe('{"id":1,"connect":{}}');
    expect(say(dialogue, '{"id":1,"connect":{"client":"c"}}')).toEqual({
      send: '{"id":2,"subscribe":{"channel":"all"}}',
    });
    expect(say(dialogue, '{"id":2,"subscribe":{"epoch":"e","offset":3}}')).toEqual({ ready: true });
    expect(dialogue.position()).toBe('{"epoch":"e","offset":3}');
    expect(say(dialogue, '{"push":{"channel":"all","pub":{"data":{},"offset":4}}}\n{}')).toEqual({
      send: '{}',
    });
    expect(dialogue.position()).toBe('{"epoch":"e","offset":4}');
  });

  it('should recover from a position, and report a failed recovery', () => {
    const dialogue = centrifugoProtocol.begin({ feed: 'all', position: '{"epoch":"e","offset":4}' });
    expect(say(dialogue, '{"id":1,"connect":{}}')?.send).toBe(
      '{"id":2,"subscribe":{"channel":"all","recover":true,"epoch":"e","offset":4}}',
    );
    expect(say(dialogue, '{"id":2,"subscribe":{"recovered":true,"epoch":"e","offset":9}}')).toEqual({
      ready: true,
    });
    expect(say(dialogue, '{"id":2,"subscribe":{"epoch":"f","offset":9}}')?.fault).toMatch(
      /could not recover/,
    );
    expect(say(dialogue, '{"id":2,"error":{"code":103,"message":"denied"}}')?.fault).toMatch(/denied/);
  });
});

it('should consider a client with the plain protocol ready once the server answers `ok`', () => {
  const dialogue = plainProtocol.begin({ feed: 'all' });
  expect(dialogue.hello).toBe('subscribe');
  expect(say(dialogue, 'ok')).toEqual({ ready: true });
  expect(say(dialogue, '{"text":"a"}')).toBeUndefined();
});

describe('a client with multiple feeds', () => {
  const options = { feed: 'user:1', additionalFeeds: ['topic:a', 'all'] };

  it.each([
    ['ours', tocsinProtocol, '430[{"ok":true,"feed":"x"}]'],
    ['socket.io', socketIoProtocol, '430[]'],
  ])('should subscribe to feeds one by one: %s', (_name, protocol, reply) => {
    const dialogue = protocol.begin(options);
    expect(say(dialogue, '40{"sid":"y"}')?.send).toBe('420["subscribe",{"feed":"user:1"}]');
    expect(say(dialogue, reply)).toEqual({ send: '420["subscribe",{"feed":"topic:a"}]' });
    expect(say(dialogue, reply)).toEqual({ send: '420["subscribe",{"feed":"all"}]' });
    expect(say(dialogue, reply)).toEqual({ ready: true });
  });

  it('should subscribe to feeds one by one: Centrifugo', () => {
    const dialogue = centrifugoProtocol.begin(options);
    const subscribe = (channel: string) => ({ send: `{"id":2,"subscribe":{"channel":"${channel}"}}` });
    const reply = '{"id":2,"subscribe":{"epoch":"e","offset":3}}';
    expect(say(dialogue, '{"id":1,"connect":{"client":"c"}}')).toEqual(subscribe('user:1'));
    expect(say(dialogue, reply)).toEqual(subscribe('topic:a'));
    expect(say(dialogue, reply)).toEqual(subscribe('all'));
    expect(say(dialogue, reply)).toEqual({ ready: true });
  });
});
