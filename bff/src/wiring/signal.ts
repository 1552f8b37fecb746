/** An event between two parts of which one is built before the other: the later one listens. */
export class Signal<T> {
  readonly #listeners: ((value: T) => void)[] = [];

  readonly emit = (value: T): void => {
    for (const listener of this.#listeners) listener(value);
  };

  listen(listener: (value: T) => void): void {
    this.#listeners.push(listener);
  }
}
