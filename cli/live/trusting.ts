import { request } from 'node:https';
import { rootCertificates } from 'node:tls';
import { text } from 'node:stream/consumers';
import { WebSocket, type ClientOptions } from 'ws';

/**
 * A WebSocket and a `fetch` that trust a certificate which Node does not know. A program can be told of one by
 * NODE_EXTRA_CA_CERTS, but only before it starts.
 * @param certificate PEM
 */
export function trusting(certificate: string): { WebSocket: typeof WebSocket; fetch: typeof fetch } {
  const ca = [...rootCertificates, certificate];
  class TrustingWebSocket extends WebSocket {
    constructor(url: string | URL, options?: ClientOptions) {
      super(url, { ...options, ca });
    }
  }
  return {
    WebSocket: TrustingWebSocket as typeof WebSocket,
    // As much of it as a request for JSON needs.
    fetch: (url, { method = 'GET', headers, body, signal } = {}) =>
      new Promise<Response>((resolve, reject) => {
        const options = { method, headers: Object.fromEntries(new Headers(headers)), ca };
        const sent = request(
          new URL(url instanceof Request ? url.url : url),
          signal ? { ...options, signal } : options,
          (response) => {
            const { statusCode: status = 0 } = response;
            text(response).then((answer) => resolve(new Response(answer === '' ? null : answer, { status })), reject);
          },
        );
        sent.on('error', reject);
        sent.end(typeof body === 'string' ? body : undefined);
      }),
  };
}
