import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { ErrorAnswer } from '../../shared/http/ErrorAnswer.ts';
import type { HubServices } from '../hub/HubServices.ts';
import type { RelayApp } from './RelayApp.ts';

/**
 * What Node and the WebSocket library refuse before there is a request for any route: counted like all refusals, and
 * answered in the same shape.
 */
export function answerRawRequests(app: RelayApp, services: HubServices): void {
  app.server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    refuse(socket, 'REQUEST_INVALID', 'this relay is no proxy: it does not know CONNECT', services);
  });
  app.server.on('checkExpectation', ({ socket }) => {
    const message = 'the relay meets no expectation but 100-continue: send the request without "Expect"';
    refuse(socket, 'REQUEST_INVALID', message, services);
  });
  app.after(() => {
    app.websocketServer.on('wsClientError', (error, socket) => {
      refuse(socket, 'REQUEST_INVALID', `this is no good upgrade to a WebSocket: ${error.message}`, services);
    });
  });
}

/** Why Node gave up a request, by its error's code. */
const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "the request's headers are larger than this relay takes",
  ERR_HTTP_REQUEST_TIMEOUT: 'the request came too slowly',
};

/** Node gives up on a request that is not HTTP before there is a request. */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket & { bytesRead: number },
  services: HubServices,
): void {
  const { code = '' } = error;
  if (code === 'ECONNRESET' || socket.destroyed) return;
  // It does not speak TLS, or no version that is good enough: there is nothing in which it could be told so.
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    services.refusals.count('REQUEST_INVALID');
    socket.destroy();
    return;
  }
  const message = CLIENT_ERRORS[code] ?? 'the request is not good HTTP/1.1';
  // Browsers open connections in advance: one that never said anything asked for nothing.
  if (socket.bytesRead === 0) socket.destroy();
  else refuse(socket, 'REQUEST_INVALID', message, services);
}

function refuse(socket: Duplex, code: ErrorCode, message: string, { refusals }: HubServices): void {
  refusals.count(code);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { httpStatus, definite } = new WhitewaterError(code, message);
  const answer: ErrorAnswer = { code, message, definite };
  const body = `${JSON.stringify(answer)}\n`;
  const head = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  // Nobody reads from such a socket, so its end would not be noticed: it is not waited for.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
