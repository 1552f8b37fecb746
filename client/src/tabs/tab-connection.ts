import { backOff } from '@tocsin/contracts/pause';
import type { ClientConnection, Connect, TabHooks } from '../connection/connection-types.ts';
import { asError, ClientError, tokenError } from '../errors.ts';
import type { FeedSocket } from '../connection/feed-socket.ts';
import { TIMING } from '../timing.ts';
import type { NotificationClientOptions } from '../types.ts';
import { Election } from './election.ts';
import { groupOf, isInToken, type Group } from './group.ts';
import { FIRST_PATIENCE, Leader } from './leader.ts';
import type { LeaderState, TabMessage } from './messages.ts';
import type { TabChannel, TabPlatform } from './platform.ts';
import { PortSocket } from './port-socket.ts';

export interface TabConnectionOptions {
  options: NotificationClientOptions;
  hooks: TabHooks;
  platform: TabPlatform;
  random: () => number;
  connect: Connect;
}

/**
 * The connection of a tab in a group. The leading tab uses a real connection. The other tabs use the leader's
 * connection over the channel.
 */
export class TabConnection implements ClientConnection {
  /** Once the tab has joined a group, `options` are the group's options. */
  #settings: TabConnectionOptions;
  readonly #id: string;
  readonly #leaving = new AbortController();
  #channel: TabChannel | undefined;
  #election: Election | undefined;
  #leader: Leader | undefined;
  #state: LeaderState | undefined;
  #port: { socket: PortSocket; key: string } | undefined;
  #presenting = false;
  readonly #patience = { failures: 0, max: FIRST_PATIENCE };
  /** This tab's own connection, used if tabs can't share a connection. */
  #unshared: ClientConnection | undefined;
  /** Number of ticks since the leader's last message. */
  #silentTicks = 0;
  #tickAt = Date.now();
  #joinTimer: ReturnType<typeof setTimeout> | undefined;
  #handoverTimer: ReturnType<typeof setTimeout> | undefined;
  #cleanups: (() => void)[] = [];

  constructor(settings: TabConnectionOptions) {
    this.#settings = settings;
    this.#id = settings.platform.newId();
    void this.#join(0);
  }

  get socket(): FeedSocket | undefined {
    return this.#unshared ? this.#unshared.socket : this.#port?.socket;
  }

  presents(feed = ''): boolean {
    const tab = this.#unshared ? undefined : this.#state?.presenters?.get(feed);
    return tab === undefined ? this.#presenting : tab === this.#id;
  }

  reconnect(how: { now: boolean }): void {
    const lead = this.#unshared ?? this.#leader;
    if (lead) return lead.reconnect(how);
    const state = this.#state;
    if (this.#port && state?.session !== undefined)
      this.#send({ type: 'stuck', to: state.leader, session: state.session });
    else this.#sendHello();
  }

  close(): void {
    this.#unshared?.close();
    if (this.#closed) return;
    this.#channel?.post({ type: 'bye', from: this.#id } satisfies TabMessage);
    this.#leaving.abort();
    clearTimeout(this.#joinTimer);
    clearTimeout(this.#handoverTimer);
    this.#leader?.close();
    this.#leader = undefined;
    this.#election?.close();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    this.#channel?.close();
    this.#channel = undefined;
    this.#port?.socket.close();
    this.#port = undefined;
  }

  get #closed(): boolean {
    return this.#leaving.signal.aborted;
  }

  /** Joins a group or connects alone. Never rejects. Reports errors last because a listener might close the client. */
  async #join(attempt: number): Promise<void> {
    try {
      const group = await groupOf(this.#settings.options, this.#settings.platform.origin);
      if (this.#closed) return;
      if (group) this.#enter(group);
      else this.#connectUnshared();
    } catch (reason) {
      if (this.#closed) return;
      const delay = backOff(attempt, TIMING.reconnectMin, TIMING.reconnectMax, this.#settings.random);
      this.#joinTimer = setTimeout(() => void this.#join(attempt + 1), delay);
      this.#settings.hooks.error(tokenError(reason));
    }
  }

  #enter({ name, options }: Group): void {
    const { platform, hooks } = this.#settings;
    this.#settings = { ...this.#settings, options };
    const lockOf = (tab: string) => `${name} tab ${tab}`;
    const failed = (reason: unknown): void => {
      if (this.#closed) return;
      this.#connectUnshared();
      hooks.error(asError(reason));
    };
    const election = new Election(platform.locks, `${name} leader`, {
      elected: () => this.#elected(lockOf),
      lost: () => this.#resign(),
      failed,
    });
    this.#election = election;
    this.#channel = platform.open(name, (message) => this.#handle(message as TabMessage));
    this.#cleanups.push(
      platform.watchFront(() => this.#sendHello()),
      platform.every(TIMING.tabCheck, () => this.#tick()),
    );
    // For the leader, a tab that holds no lock is gone, so acquire the lock before sending the first message.
    const holdLock = (): Promise<void> =>
      new Promise((resolve) => {
        if (this.#closed) return resolve();
        this.#cleanups.push(resolve);
        this.#sendHello();
        election.waitForLock();
      });
    platform.locks.request(lockOf(this.#id), { signal: this.#leaving.signal }, holdLock).catch(failed);
  }

  /** Leaves the group, if any, and opens a connection for this tab only. */
  #connectUnshared(): void {
    this.#drop();
    // A listener might have closed the client.
    if (this.#closed) return;
    this.close();
    const { options, hooks, connect } = this.#settings;
    this.#unshared = connect(options, hooks);
    this.#present(true);
  }

  #elected(lockOf: (tab: string) => string): void {
    const { platform, connect, options } = this.#settings;
    const last = this.#state;
    const leader = new Leader({
      id: this.#id,
      term: Math.max(Date.now(), (last?.term ?? 0) + 1),
      presenter: last && last.presenter !== last.leader ? last.presenter : undefined,
      locks: platform.locks,
      lockOf,
      patience: this.#patience,
      surrender: () => {
        this.#channel?.post({ type: 'bye', from: this.#id } satisfies TabMessage);
        this.#election?.requeue();
      },
      connect: (hooks) => connect(options, hooks),
      broadcast: (message) => {
        this.#channel?.post(message);
        this.#handle(message);
      },
    });
    this.#leader = leader;
    leader.start();
    this.#sendHello();
  }

  /** Stops leading, and follows the tab that leads or is about to lead. */
  #resign(): void {
    this.#leader?.close();
    this.#leader = undefined;
    this.#silentTicks = 1;
    this.#awaitHandover();
    this.#sendHello();
  }

  /** Sends a message to the leader, which can be this tab. */
  #send(message: TabMessage): void {
    if (this.#leader) this.#leader.handle(message);
    else this.#channel?.post(message);
  }

  #sendHello(): void {
    this.#send({ type: 'hello', from: this.#id, front: this.#settings.platform.front() });
  }

  #tick(): void {
    const now = Date.now();
    const slept = now - this.#tickAt > 3 * TIMING.tabCheck;
    this.#tickAt = now;
    if (this.#leader) return;
    if (slept) this.#silentTicks = 0;
    if (this.#silentTicks++ >= TIMING.tabMisses) {
      this.#silentTicks = 1;
      return this.#election?.steal();
    }
    this.#sendHello();
  }

  #handle(message: TabMessage): void {
    if (this.#closed) return;
    switch (message.type) {
      case 'state':
        return this.#handleState(message.state);
      case 'event':
        if (this.#isLeader(message.leader)) this.#settings.hooks.event(message.name, message.event);
        return;
      case 'error':
        if (this.#isLeader(message.leader))
          this.#settings.hooks.error(new ClientError(message.code, message.message, message));
        return;
      case 'answer':
        if (message.to === this.#id) void this.#port?.socket.respond(message.id, message.answer);
        return;
      case 'bye':
        this.#leader?.handle(message);
        if (message.from !== this.#state?.leader) return;
        this.#silentTicks = 1;
        return this.#awaitHandover();
      case 'hello':
      case 'ask':
      case 'stuck':
        return this.#leader?.handle(message);
    }
  }

  #isLeader(id: string): boolean {
    if (id !== this.#state?.leader) return false;
    this.#silentTicks = 0;
    return true;
  }

  #handleState(state: LeaderState): void {
    const current = this.#state;
    const isOtherLeader = state.leader !== current?.leader;
    if (isOtherLeader && current && state.term < current.term && this.#silentTicks === 0) return;
    // True if another tab stole the leader lock while this tab slept, and this tab has not noticed yet.
    const isSuperseded = this.#leader && state.leader !== this.#id && state.term > this.#leader.term;
    if (this.#leader && state.leader !== this.#id && !isSuperseded) return;
    // Release the leader lock in case it wasn't stolen after all: a tab that doesn't lead must not hold it.
    if (isSuperseded) this.#election?.requeue();
    this.#state = state;
    this.#silentTicks = 0;
    if (isOtherLeader && state.leader !== this.#id) this.#sendHello();
    this.#present(state.presenter === this.#id);
    if (state.session !== undefined) this.#connectTo(state.leader, state.term, state.session);
    else if (isOtherLeader) this.#awaitHandover();
    else if (this.#handoverTimer === undefined) this.#drop();
  }

  #present(now: boolean): void {
    if (now === this.#presenting) return;
    this.#presenting = now;
    this.#settings.hooks.presenting(now);
  }

  #connectTo(leader: string, term: number, session: number): void {
    this.#endHandover();
    const key = `${leader} ${term} ${session}`;
    const previous = this.#port;
    if (previous?.key === key) return;
    const socket = new PortSocket(
      (id, event, request) =>
        this.#send({ type: 'ask', from: this.#id, to: leader, session, id, event, request }),
      async (feed) => leader !== this.#id && isInToken(feed, this.#settings.options),
      () => this.#connectUnshared(),
    );
    this.#port = { socket, key };
    this.#settings.hooks.connected(socket);
    previous?.socket.close();
  }

  /** Makes this tab still look connected while a new leader connects, unless that takes too long. */
  #awaitHandover(): void {
    if (!this.#port || this.#handoverTimer !== undefined) return;
    this.#handoverTimer = setTimeout(() => {
      this.#endHandover();
      this.#drop();
    }, TIMING.tabHandover);
  }

  #endHandover(): void {
    clearTimeout(this.#handoverTimer);
    this.#handoverTimer = undefined;
  }

  #drop(): void {
    const port = this.#port;
    if (!port) return;
    this.#port = undefined;
    this.#settings.hooks.disconnected();
    port.socket.close();
  }
}
