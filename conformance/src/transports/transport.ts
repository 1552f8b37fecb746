/** How a case reaches the server. */
export type Transport = 'websocket' | 'polling' | 'sse' | 'http';
