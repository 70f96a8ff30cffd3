import { WhitewaterError } from '../../shared/errors.ts';
import { isLoopback } from './loopback.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const PORT_MAX = 65_535;

/**
 * Guards against web pages of others. A page that can cut networks is worth an attack by a page in the same browser:
 * by its own name that suddenly means 127.0.0.1 (DNS rebinding: the Host is wrong), or across sites, which browsers
 * allow for WebSockets and for simple requests (the Origin is wrong).
 */
export class HostGuard {
  readonly #names: ReadonlySet<string>;
  readonly #checksHost: boolean;

  constructor(options: { host: string; allowedHosts: readonly string[] }) {
    const own = options.host.includes(':') ? `[${options.host}]` : options.host;
    this.#names = new Set([...LOOPBACK_NAMES, own, ...options.allowedHosts].map((name) => name.toLowerCase()));
    // Others reach a relay beyond loopback by names that it cannot know; there the token is the guard.
    this.#checksHost = isLoopback(options.host) || options.allowedHosts.length > 0;
  }

  /** @throws {WhitewaterError} HOST_REFUSED */
  checkHost(host: string | undefined): void {
    if (!this.#checksHost || (host !== undefined && this.#isAllowed(host))) return;
    const names = [...this.#names];
    const message = `this relay does not answer for the host ${JSON.stringify(host ?? '')}; use ${names.join(', ')}, or name it in the allowed hosts`;
    throw new WhitewaterError('HOST_REFUSED', message, { details: { allowed: names } });
  }

  /**
   * Programs send no Origin; browsers always do, where it matters.
   * @param isEncrypted the relay itself speaks TLS, so its own page came over TLS too: one of its name that did not may be anybody's
   *   between the two. A relay that does not may stand behind something that does.
   * @throws {WhitewaterError} ORIGIN_REFUSED
   */
  checkOrigin(origin: string | undefined, host: string | undefined, isEncrypted = false): void {
    if (origin === undefined) return;
    const originHost = hostOf(origin, isEncrypted);
    if (originHost !== undefined) {
      if (originHost === host?.toLowerCase()) return;
      if (this.#names.has(originHost) && !LOOPBACK_NAMES.includes(originHost)) return;
    }
    const message = `a web page of ${JSON.stringify(origin)} may not use this relay; open the relay's own page, or name that host in the allowed hosts`;
    throw new WhitewaterError('ORIGIN_REFUSED', message);
  }

  /** With the port, or by its name alone and any port. */
  #isAllowed(host: string): boolean {
    const lower = host.toLowerCase();
    const [port = '', digits = ''] = /:(\d{1,5})$/.exec(lower) ?? [];
    return (
      this.#names.has(lower) ||
      (Number(digits) <= PORT_MAX && this.#names.has(lower.slice(0, lower.length - port.length)))
    );
  }
}

function hostOf(origin: string, isEncrypted: boolean): string | undefined {
  try {
    const { protocol, host, origin: whole } = new URL(origin);
    // Scheme, host and port alone, as browsers send it (RFC 6454, section 6.2).
    if (whole !== origin.toLowerCase()) return undefined;
    return protocol === 'https:' || (protocol === 'http:' && !isEncrypted) ? host : undefined;
  } catch {
    return undefined;
  }
}
