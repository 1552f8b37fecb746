import { join } from 'node:path';
import { z } from 'zod';
import type { ComposeProject } from './project.ts';

const SUPPORT = join(import.meta.dirname, '../support');
/** A project image that contains Node and openssl. */
const IMAGE = 'tocsin-sidecar:1.18.1';

const networkSchema = z
  .array(
    z.object({
      IPAM: z.object({ Config: z.array(z.object({ Gateway: z.string() })) }),
      Containers: z.record(z.string(), z.object({ Name: z.string(), IPv4Address: z.string() })),
    }),
  )
  .length(1);

/** An untrusted container on a Docker network. It has none of our volumes, tokens or certificates. */
export class Stranger {
  readonly #project: ComposeProject;
  readonly #network: string;

  /**
   * @param network Docker's name for the network, such as `project.network('inside')`
   */
  constructor(project: ComposeProject, network: string) {
    this.#project = project;
    this.#network = network;
  }

  #run(...command: string[]): Promise<string> {
    return this.#project.docker(
      ...['run', '--rm', '--network', this.#network, '--volume', `${SUPPORT}:/support:ro`, IMAGE, ...command],
    );
  }

  /** Scans all 65,535 TCP ports on each address, and returns the open ports. */
  async scan(addresses: readonly string[]): Promise<Record<string, number[]>> {
    const output = await this.#run('node', '/support/network/scan-addresses.mjs', ...addresses);
    return z.record(z.string(), z.array(z.int())).parse(JSON.parse(output));
  }

  /** Returns the addresses that accept connections, as `address:port`. */
  async openAddresses(addresses: readonly string[], ports: readonly number[]): Promise<string[]> {
    const places = addresses.flatMap((host) => ports.map((port) => ({ host, port })));
    const script = `const { connect } = require('node:net');
      const open = (place) => new Promise((resolve) => {
        const socket = connect({ ...place, timeout: 3_000 });
        const end = (result) => { socket.destroy(); resolve(result); };
        socket.once('connect', () => end([place.host + ':' + place.port]));
        socket.once('timeout', () => end([]));
        socket.once('error', () => end([]));
      });
      Promise.all(${JSON.stringify(places)}.map(open)).then((found) => console.log(JSON.stringify(found.flat())));`;
    return z.array(z.string()).parse(JSON.parse(await this.#run('node', '-e', script)));
  }

  /**
   * Sends `call` to a sidecar's internal port in plain text, over TLS without a certificate, and over TLS with a
   * self-signed certificate in the bff's name. Returns the outcome of each attempt.
   */
  async callSidecar(host: string, call: 'local' | 'actor'): Promise<Record<string, string>> {
    const attempt = (name: string, tls?: Record<string, string>) =>
      JSON.stringify({ name, host, port: 50002, call, tls });
    const selfSigned = { key: '/tmp/own.key', cert: '/tmp/own.crt' };
    return this.#attack(
      'openssl req -x509 -newkey ed25519 -nodes -days 1 -subj /O=stranger -addext subjectAltName=URI:spiffe://public/ns/default/bff -keyout /tmp/own.key -out /tmp/own.crt',
      [attempt('plain'), attempt('without a certificate', {}), attempt('self-signed', selfSigned)],
    );
  }

  /** Requests a certificate for the bff from sentry, without a token. The outcome's key is `certificate`. */
  async askForCertificate(): Promise<Record<string, string>> {
    return this.#attack(
      'openssl req -new -newkey ed25519 -nodes -subj /O=bff -keyout /tmp/own.key -out /tmp/own.csr',
      [
        JSON.stringify({
          name: 'certificate',
          host: 'sentry',
          port: 50001,
          call: 'certificate',
          tls: {},
          csr: '/tmp/own.csr',
        }),
      ],
    );
  }

  async #attack(prepare: string, attacks: readonly string[]): Promise<Record<string, string>> {
    const quoted = attacks.map((attack) => `'${attack}'`).join(' ');
    const script = `${prepare} 2>/dev/null\nnode /support/invocation/internal-grpc.mjs ${quoted}`;
    return z.record(z.string(), z.string()).parse(JSON.parse(await this.#run('sh', '-ec', script)));
  }

  /** Sends a `POST` with the body, or a `GET` if there's no body, and returns the status. */
  async status(url: string, headers: Record<string, string> = {}, body?: object): Promise<number> {
    const init = {
      headers: { 'content-type': 'application/json', ...headers },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    };
    const script = `fetch('${url}', ${JSON.stringify(init)}).then((response) => console.log(response.status))`;
    return Number(await this.#run('node', '-e', script));
  }
}

/** Maps services to the addresses of their containers on a project network. */
export async function addressesOn(project: ComposeProject, network: string): Promise<Map<string, string>> {
  const [found] = networkSchema.parse(JSON.parse(await project.docker('network', 'inspect', network)));
  const entries = Object.values(found?.Containers ?? {}).map(({ Name, IPv4Address }): [string, string] => [
    project.serviceOf(Name),
    IPv4Address.replace(/\/.*/, ''),
  ]);
  return new Map(entries.sort());
}

/** Returns this machine's address on a Docker network. */
export async function gatewayOf(project: ComposeProject, network: string): Promise<string> {
  const [found] = networkSchema.parse(JSON.parse(await project.docker('network', 'inspect', network)));
  const gateway = found?.IPAM.Config[0]?.Gateway;
  if (gateway === undefined) throw new Error(`The network ${network} has no gateway.`);
  return gateway;
}
