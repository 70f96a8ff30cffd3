import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Logger } from '../log.ts';
import { readRegularFile } from './regularFile.ts';

export interface TlsFiles {
  /** PEM: the certificate, and the chain behind it. */
  readonly certFile: string;
  /** PEM, without a passphrase. */
  readonly keyFile: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export const TLS_VERSION_MIN = 'TLSv1.2';
/** How often the files are looked at. */
const LOOK_EVERY_MS = 2000;
/** More than any chain of certificates has. */
const PEM_BYTES_MAX = 1_048_576;

/**
 * A certificate and its key in two files, which whoever renews them may replace at any time: by writing, by renaming, or
 * by turning a symbolic link, as Kubernetes does. So the files are looked at by their paths, again and again; what a
 * watch of the file system tells differs between these ways and between systems.
 */
export class CertificateFiles {
  readonly #files: TlsFiles;
  readonly #logger: Logger;
  readonly #lookEveryMs: number;
  #current: Certificate;
  /** How the files looked when they were judged last, and at the last look. */
  #judged: string;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;

  /** @throws {WhitewaterError} CERTIFICATE_UNUSABLE */
  constructor(files: TlsFiles, logger: Logger, lookEveryMs = LOOK_EVERY_MS) {
    this.#files = files;
    this.#logger = logger;
    this.#lookEveryMs = lookEveryMs;
    this.#judged = this.#seen = looksOf(files);
    this.#current = readCertificate(files);
    warnOfDates(this.#current, files, logger);
  }

  get current(): Certificate {
    return this.#current;
  }

  /** @param onChange gets each new pair that is good; one that is not leaves the old one in force */
  watch(onChange: (certificate: Certificate) => void): void {
    this.#timer ??= setInterval(() => this.#look(onChange), this.#lookEveryMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(onChange: (certificate: Certificate) => void): void {
    const looks = looksOf(this.#files);
    const isSettled = looks === this.#seen;
    this.#seen = looks;
    // The two files may be replaced one after the other: they are judged once both have stayed as they are.
    if (looks === this.#judged || !isSettled) return;
    this.#judged = looks;
    try {
      const next = readCertificate(this.#files);
      if (next.cert.equals(this.#current.cert) && next.key.equals(this.#current.key)) return;
      onChange(next);
      this.#current = next;
    } catch (error) {
      const { message } = error as Error;
      this.#logger.error(`CERTIFICATE_UNUSABLE ${message}; the certificate that was read before stays in force`);
      return;
    }
    this.#logger.info(`read a new certificate from ${this.#files.certFile}, for new connections`);
    warnOfDates(this.#current, this.#files, this.#logger);
  }
}

/** @throws {WhitewaterError} CERTIFICATE_UNUSABLE, saying which file is wrong and what to give */
export function readCertificate({ certFile, keyFile }: TlsFiles): Certificate {
  const pair = { cert: readPem(certFile, 'certificate'), key: readPem(keyFile, 'key') };
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pair.cert);
  } catch (cause) {
    throw unusable(`${certFile} holds no certificate in PEM: give "-----BEGIN CERTIFICATE-----" and so on`, cause);
  }
  try {
    createSecureContext({ ...pair, minVersion: TLS_VERSION_MIN });
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    if (code.includes('MISMATCH')) {
      const name = certificate.subject.replaceAll('\n', ', ');
      throw unusable(`${keyFile} is not the key of the certificate in ${certFile} (${name}): give its own`, cause);
    }
    throw unusable(
      `${certFile} and ${keyFile} cannot be used (${message}): give PEM, the key without passphrase`,
      cause,
    );
  }
  return pair;
}

function readPem(path: string, what: string): Buffer {
  try {
    return readRegularFile(path, PEM_BYTES_MAX);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${message})`;
    throw unusable(`the file of the ${what}, ${path}, ${why}: name a readable one`, cause);
  }
}

/** Of the files themselves, wherever links lead. */
function looksOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile].map(looksOfFile).join(' ');
}

function looksOfFile(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(':');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'gone';
  }
}

function warnOfDates({ cert }: Certificate, { certFile }: TlsFiles, logger: Logger): void {
  const { validFrom, validTo } = new X509Certificate(cert);
  const nowMs = Date.now();
  if (Date.parse(validTo) < nowMs) logger.warn(`the certificate in ${certFile} ended on ${validTo}: renew it`);
  else if (Date.parse(validFrom) > nowMs) logger.warn(`the certificate in ${certFile} begins on ${validFrom} only`);
}

function unusable(message: string, cause: unknown): WhitewaterError {
  return new WhitewaterError('CERTIFICATE_UNUSABLE', message, { cause });
}
