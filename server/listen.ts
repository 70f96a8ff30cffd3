import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { WhitewaterError } from '../shared/errors.ts';
import { buildRelay } from './app.ts';
import type { RelayApp } from './http/RelayApp.ts';
import { readCertificate, type TlsFiles } from './locks/CertificateFiles.ts';
import type { Logger } from './log.ts';
import { hostAndPort, isLoopback } from './locks/loopback.ts';
import { resolveOptions, type RelayOptions } from './options.ts';

/** A relay that listens. */
export interface ListeningRelay {
  readonly app: RelayApp;
  readonly host: string;
  /** The port that it got, where 0 was asked for. */
  readonly port: number;
  /** The address of its page and its routes, such as `http://127.0.0.1:7070`. */
  readonly url: string;
  /** Tells all clients, and ends within about `closeGraceMs`. */
  close(): Promise<void>;
}

/**
 * Builds a relay and listens.
 * @throws {WhitewaterError} USAGE, TOKEN_REQUIRED, CERTIFICATE_UNUSABLE, PORT_IN_USE, ADDRESS_UNAVAILABLE
 */
export async function listenRelay(options: RelayOptions = {}): Promise<ListeningRelay> {
  const { host, port, token, tokens, tls, allowedHosts, logger } = resolveOptions(options);
  if (token === undefined && tokens === undefined && !isLoopback(host)) {
    throw new WhitewaterError(
      'TOKEN_REQUIRED',
      `others can reach ${host}, and whoever reaches a relay can break its network: give it a token, or listen on 127.0.0.1`,
    );
  }
  const app = buildRelay(options);
  const names = [reachable(host), ...(isLoopback(reachable(host)) ? ['localhost'] : []), ...allowedHosts];
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port);
  }
  const address = app.addresses()[0];
  const actualPort = typeof address === 'object' ? address.port : port;
  return {
    ...{ app, host, port: actualPort },
    url:
      tls === undefined
        ? `http://${hostAndPort(reachable(host), actualPort)}`
        : urlWithTls(names, actualPort, tls, logger),
    close: async () => {
      await app.close();
    },
  };
}

/** Under a name for which the certificate is good, if there is one: under another nobody would trust it. */
function urlWithTls(names: readonly string[], port: number, tls: TlsFiles, logger: Logger): string {
  const certificate = new X509Certificate(readCertificate(tls).cert);
  const name = names.find(
    (each) => (isIP(each) === 0 ? certificate.checkHost(each) : certificate.checkIP(each)) !== undefined,
  );
  if (name === undefined) {
    const has = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
    logger.warn(
      `the certificate in ${tls.certFile} (${has}) is good for none of ${names.join(', ')}: programs will refuse it there`,
    );
  }
  return `https://${hostAndPort(name ?? names[0] ?? 'localhost', port)}`;
}

/** Where one's own machine reaches a server that listens on every address. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  const where = hostAndPort(host, port);
  if (code === 'EADDRINUSE') {
    const message = `another program listens on ${where}: stop it, or choose another port (--port)`;
    return new WhitewaterError('PORT_IN_USE', message, { cause: error, details: { host, port } });
  }
  if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EACCES', 'EAFNOSUPPORT', 'EINVAL'].includes(code)) {
    const message = `this machine cannot listen on ${where} (${code}): use an address of its own, and a port above 1023`;
    return new WhitewaterError('ADDRESS_UNAVAILABLE', message, { cause: error, details: { host, port } });
  }
  return error;
}
