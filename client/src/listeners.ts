/** Listeners by event. `Events` maps the name of each event to the type of its listeners. */
export class Listeners<Events extends object> {
  readonly #byEvent = new Map<keyof Events, Set<Events[keyof Events]>>();

  /** Returns the function that removes the listener. */
  add<Name extends keyof Events>(event: Name, listener: Events[Name]): () => void {
    const listeners = this.of(event) as Set<Events[Name]>;
    this.#byEvent.set(event, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  of<Name extends keyof Events>(event: Name): ReadonlySet<Events[Name]> {
    return (this.#byEvent.get(event) ?? new Set()) as Set<Events[Name]>;
  }
}
