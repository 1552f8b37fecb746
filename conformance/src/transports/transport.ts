/** The protocol that a case uses to talk to the server. */
export type Transport = 'websocket' | 'polling' | 'sse' | 'http';
