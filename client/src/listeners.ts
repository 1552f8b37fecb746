/** Listeners by event. `Events` maps event names to listener types. */
export class Listeners<Events extends object> {
  readonly #byEvent = new Map<keyof Events, Set<Events[keyof Events]>>();

  /** Adds a listener and returns a function that removes it. */
  add<Name extends keyof Events>(event: Name, listener: Events[Name]): () => void {
    const listeners = this.get(event) as Set<Events[Name]>;
    this.#byEvent.set(event, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  get<Name extends keyof Events>(event: Name): ReadonlySet<Events[Name]> {
    return (this.#byEvent.get(event) ?? new Set()) as Set<Events[Name]>;
  }
}
