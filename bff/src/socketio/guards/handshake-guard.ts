import { ServerResponse, type IncomingMessage } from 'node:http';
import {
  endWithProblem,
  invalidQuery,
  unsupportedMethod,
  readParameters,
  writeProblem,
  type ProblemDetails,
} from '@tocsin/service';
import { releaseUpgradeRequest } from '../../internals/websocket.ts';
import type { Admission, RefusalReason } from '../admission/admission.ts';

/** The supported revision of the engine.io protocol. */
const PROTOCOL = '4';
/** The keys and versions that `ws` accepts in a WebSocket handshake. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS = ['13', '8'];
const TRANSPORTS = ['polling', 'websocket'];
/** Parameters that engine.io clients send. `t` makes addresses unique, `b64` requests text instead of bytes. */
const PARAMETERS = ['EIO', 'transport', 'sid', 't', 'b64'];

/** JSONP (`j`) is not allowed since it would let pages from any origin read responses. */
const INVALID_QUERY =
  `The query is invalid; see errors. Allowed parameters are ${PARAMETERS.join(', ')}. ` +
  'Send token and clientId as auth. JSONP is not supported.';

const invalid = (detail: string): ProblemDetails => ({ status: 400, code: 'invalid_request', detail });

/**
 * Creates engine.io middleware that checks each request first. Responds with a problem document to requests that
 * engine.io would refuse in a format of its own. Refuses handshakes without a slot before they become sessions.
 */
export function createHandshakeGuard(admission: Admission, onRefused: (reason: RefusalReason) => void) {
  return (request: IncomingMessage, response: object, next: () => void): void => {
    const http = isHttpResponse(response) ? response : undefined;
    const { parameters, faults } = readParameters(request.url ?? '', PARAMETERS);
    let problem =
      faults.length > 0
        ? invalidQuery(faults, INVALID_QUERY)
        : faultOf(request, parameters, !http, admission);
    const session = parameters.sid ? admission.sessions.get(parameters.sid) : undefined;
    if (!problem && session) admission.countRequest(session, request, !http);
    if (!problem && !parameters.sid) {
      const refused = admission.refusal(request);
      if (refused) onRefused(refused.reason);
      problem = refused?.problem;
    }
    if (!problem) {
      next();
      // engine.io has answered the upgrade by then.
      if (!http) setImmediate(() => releaseUpgradeRequest(response));
    } else if (http) writeProblem(http, problem);
    else endWithProblem(request.socket, problem);
  };
}

/** Whether `response` is an HTTP response. For upgrades, engine.io passes an object that only looks like one. */
export const isHttpResponse = (response: object): response is ServerResponse =>
  response instanceof ServerResponse;

/** Whether `ws` accepts a handshake with these headers. It refuses all others without a problem document. */
function requestsWebSocket({ headers }: IncomingMessage): boolean {
  const { upgrade, 'sec-websocket-key': key = '', 'sec-websocket-version': version = '' } = headers;
  return upgrade?.toLowerCase() === 'websocket' && KEY.test(key) && VERSIONS.includes(version);
}

function faultOf(
  request: IncomingMessage,
  { transport = '', EIO, sid }: Partial<Record<string, string>>,
  upgrade: boolean,
  { sessions }: Admission,
): ProblemDetails | undefined {
  const { method, url } = request;
  // engine.io ignores the part after a #, so it wouldn't see the same parameters as this guard.
  if (url?.includes('#')) return invalid('The request target must not contain a #.');
  const session = sid ? sessions.get(sid) : undefined;
  if (!TRANSPORTS.includes(transport)) return invalid(`transport must be ${TRANSPORTS.join(' or ')}.`);
  if (EIO !== PROTOCOL) return invalid(`EIO must be ${PROTOCOL}.`);
  if (sid && !session) return invalid('This session has ended. Start a new one without sid.');
  if (upgrade !== (transport === 'websocket'))
    return invalid('transport=websocket requires an upgrade; transport=polling does not allow one.');
  if (upgrade && !requestsWebSocket(request))
    return invalid('The upgrade must be to websocket, with version 13 and a Sec-WebSocket-Key (RFC 6455).');
  if (session && session.transport.name !== 'polling') return invalid('This session no longer uses polling.');
  const allowed = sid && !upgrade ? ['GET', 'POST'] : ['GET'];
  return allowed.includes(method ?? '') ? undefined : unsupportedMethod(method ?? '', allowed);
}
