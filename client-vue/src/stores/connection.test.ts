import { ClientError, ProblemError } from '@tocsin/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { useFreshStores } from '../../testing/stores.ts';
import { useConnection } from './connection.ts';

useFreshStores();
beforeEach(() => useConnection().reset(['all', 'topic:x']));

const UNREACHABLE = new ClientError('unreachable', 'no response', { temporary: true });
const DENIED = new ProblemError(401, undefined, undefined);

/** Returns the state that the bell, the inbox and the page show, and the placeholder in an empty list. */
const shown = () => {
  const { state, placeholder } = useConnection();
  return [state, placeholder];
};

describe('a live connection while the newest page fails to load', () => {
  it('should be shown as incomplete until the pages of all feeds have loaded', () => {
    const connection = useConnection();
    connection.pageNotLoaded('all', UNREACHABLE);
    connection.pageNotLoaded('topic:x', UNREACHABLE);
    expect(shown()).toEqual(['unreachable', 'unreachable']);
    connection.changed('live');
    expect(shown()).toEqual(['incomplete', 'incomplete']);
    connection.pageLoaded('all');
    expect(shown()).toEqual(['incomplete', 'incomplete']);
    connection.pageLoaded('topic:x');
    expect(connection.state).toBe('live');
  });

  it('should be shown as refused while the server rejects the reader', () => {
    const connection = useConnection();
    connection.changed('live');
    connection.pageNotLoaded('all', DENIED);
    expect(shown()).toEqual(['refused', 'refused']);
    expect(connection.text).toContain(DENIED.message);
    connection.pageNotLoaded('all', UNREACHABLE);
    expect(shown()).toEqual(['incomplete', 'incomplete']);
  });

  it("should be shown as live if only a refused feed's page fails to load", () => {
    const connection = useConnection();
    connection.changed('live');
    connection.pageNotLoaded('topic:x', UNREACHABLE);
    connection.refuse('topic:x', 'x: no such feed');
    connection.pageNotLoaded('topic:x', UNREACHABLE);
    expect(connection.state).toBe('live');
    expect(connection.text).toContain('no such feed');
  });

  it('should not request the page again after the server has refused the page or the feed', () => {
    const connection = useConnection();
    const isPermanent = (error: unknown) => connection.pageNotLoaded('topic:x', error);
    const withStatus = (status: number) =>
      new ProblemError(
        status,
        { type: 'about:blank', title: 'x', status, code: 'forbidden', detail: 'x' },
        undefined,
      );
    // A proxy's response may be temporary.
    const byProxy = new ProblemError(403, undefined, undefined);
    const temporary = [UNREACHABLE, DENIED, byProxy, withStatus(429), withStatus(503)];
    expect(temporary.map(isPermanent)).not.toContain(true);
    expect([400, 403].map(withStatus).map(isPermanent)).toEqual([true, true]);
    connection.refuse('topic:x', 'x: no such feed');
    expect(isPermanent(UNREACHABLE)).toBe(true);
  });
});
