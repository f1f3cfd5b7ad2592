// SPDX-License-Identifier: Apache-2.0

/**
 * Loaded before the code of a function: the process reaches loopback addresses only, and answers of custom resources go to the embedded
 * cloud's server. Node runs this file by stripping its types, so it imports nothing but Node's own modules.
 */
import dns from 'node:dns';
import tls from 'node:tls';

/** Hosts that a function may reach. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);

function refuseOtherHosts(): void {
  const lookup = dns.lookup as (...values: unknown[]) => unknown;
  (dns as { lookup: unknown }).lookup = (host: string, ...rest: unknown[]) => {
    if (LOOPBACK.has(host)) return lookup(host, ...rest);
    const callback = rest.at(-1) as (error: Error) => void;
    const error = new Error(`the embedded cloud does not know the host ${JSON.stringify(host)}; a function reaches only loopback addresses`);
    return process.nextTick(callback, Object.assign(error, { code: 'ENOTFOUND' }));
  };
}

/**
 * The custom resource framework ignores the port of the ResponseURL and takes 443, which needs rights that nobody should have here: the
 * connection goes to the port where the embedded cloud listens.
 */
function routeResponses(host: string, port: number): void {
  LOOPBACK.add(host);
  const connect = tls.connect as (...values: unknown[]) => unknown;
  (tls as { connect: unknown }).connect = (options: { host?: string; port?: number }, ...rest: unknown[]) =>
    connect(options.host === host ? { ...options, host: '127.0.0.1', port, servername: host } : options, ...rest);
}

const [host, port] = process.env.EMBEDDED_RESPONSES!.split(':');
delete process.env.EMBEDDED_RESPONSES; // nothing that Lambda does not set stays in the function's environment
refuseOtherHosts();
routeResponses(host, Number(port));
