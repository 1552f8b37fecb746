/** An event of one part of an instance, for parts that are created after it. */
export class Signal<T> {
  readonly #listeners: ((value: T) => void)[] = [];

  readonly emit = (value: T): void => {
    for (const listener of this.#listeners) listener(value);
  };

  listen(listener: (value: T) => void): void {
    this.#listeners.push(listener);
  }
}
