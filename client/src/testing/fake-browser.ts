import type { Front, TabLocks, TabPlatform } from '../tabs/platform.ts';

interface LockRequest {
  readonly tab: FakeTab;
  readonly held: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

const aborted = () => Object.assign(new Error('aborted'), { name: 'AbortError' });

/** For tests only. An in-memory browser with locks and channels for tabs. */
export class FakeBrowser {
  readonly tabs = new Set<FakeTab>();
  readonly #locks = new Map<string, LockRequest[]>();
  #ids = 0;

  open(): FakeTab {
    const tab = new FakeTab(this, `tab-${++this.#ids}`);
    this.tabs.add(tab);
    return tab;
  }

  /** Queues a lock request. The first request in the queue holds the lock. */
  request(
    tab: FakeTab,
    name: string,
    options: { steal?: boolean; signal?: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const requests = this.#locks.get(name) ?? [];
      this.#locks.set(name, requests);
      const request: LockRequest = {
        tab,
        held,
        resolve,
        reject: (reason) => tab.run(() => reject(reason)),
      };
      options.signal?.addEventListener('abort', () => {
        if (requests.indexOf(request) > 0) {
          requests.splice(requests.indexOf(request), 1);
          request.reject(aborted());
        }
      });
      if (options.steal) {
        requests.shift()?.reject(aborted());
        requests.unshift(request);
        this.#grant(name);
      } else if (requests.push(request) === 1) this.#grant(name);
    });
  }

  /** Removes a tab and all locks that it holds or waits for. */
  remove(tab: FakeTab): void {
    this.tabs.delete(tab);
    for (const [name, requests] of this.#locks) {
      const [holder] = requests;
      const remaining = requests.filter((request) => request.tab !== tab);
      requests.splice(0, requests.length, ...remaining);
      if (holder?.tab === tab) this.#grant(name);
    }
  }

  #grant(name: string): void {
    const requests = this.#locks.get(name) ?? [];
    const [request] = requests;
    request?.tab.run(() => {
      if (requests[0] !== request) return;
      void request.held().then(() => {
        if (requests[0] !== request) return;
        requests.shift();
        request.resolve();
        this.#grant(name);
      });
    });
  }
}

/** A tab. While it is not frozen, it receives messages in order, 1 ms after they were sent. */
export class FakeTab implements TabPlatform {
  readonly origin = 'https://app.example';
  readonly locks: TabLocks;
  readonly id: string;
  readonly #browser: FakeBrowser;
  readonly #queue: (() => void)[] = [];
  readonly #channels = new Map<string, (message: unknown) => void>();
  #front: Front = { degree: 0, since: 0 };
  #frontChanged: () => void = () => undefined;
  state: 'running' | 'frozen' | 'gone' = 'running';

  constructor(browser: FakeBrowser, id: string) {
    this.#browser = browser;
    this.id = id;
    this.locks = {
      request: (name, options, held) => browser.request(this, name, options, held),
    };
  }

  newId(): string {
    return this.id;
  }

  run(task: () => void): void {
    if (this.state === 'gone') return;
    this.#queue.push(task);
    setTimeout(() => this.#drain(1), 1);
  }

  freeze(): void {
    if (this.state === 'running') this.state = 'frozen';
  }

  thaw(): void {
    if (this.state !== 'frozen') return;
    this.state = 'running';
    this.#drain(Infinity);
  }

  kill(): void {
    this.state = 'gone';
    this.#queue.length = 0;
    this.#channels.clear();
    this.#browser.remove(this);
  }

  show(degree: Front['degree']): void {
    this.#front = { degree, since: Date.now() };
    this.run(() => this.#frontChanged());
  }

  front(): Front {
    return this.#front;
  }

  watchFront(changed: () => void): () => void {
    this.#frontChanged = changed;
    return () => {
      this.#frontChanged = () => undefined;
    };
  }

  open(name: string, receive: (message: unknown) => void) {
    this.#channels.set(name, receive);
    return {
      post: (message: unknown) => {
        const send = () => {
          for (const tab of this.#browser.tabs)
            if (tab !== this) tab.#receive(name, structuredClone(message));
        };
        if (this.state === 'frozen') this.#queue.push(send);
        else if (this.state === 'running') send();
      },
      close: () => {
        this.#channels.delete(name);
      },
    };
  }

  every(ms: number, tick: () => void): () => void {
    const timer = setInterval(() => {
      if (this.state === 'running') tick();
    }, ms);
    return () => clearInterval(timer);
  }

  #receive(name: string, message: unknown): void {
    this.run(() => this.#channels.get(name)?.(message));
  }

  #drain(maxTasks: number): void {
    for (let done = 0; done < maxTasks && this.state === 'running'; done++) {
      const task = this.#queue.shift();
      if (!task) return;
      task();
    }
  }
}
