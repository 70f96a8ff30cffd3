import { isUtf8 } from 'node:buffer';
import { WhitewaterError } from '../../shared/errors.ts';
import type { RelayApp } from './RelayApp.ts';

/** JSON bodies. One that is empty counts as null: many clients announce JSON on every request that may have a body. */
export function takeJson(app: RelayApp): void {
  // By itself fastify takes text too, and it would be refused as no object instead of as no JSON.
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) done(null, null);
    else if (!isUtf8(bytes) || !saysUtf8(request.headers['content-type'])) done(notUtf8());
    else {
      const text = bytes.toString();
      void parse(request, text, (error, value) => done(error !== null && isJson(text) ? poisoned() : error, value));
    }
  });
}

/** JSON is UTF-8 (RFC 8259, 8.1). What is not would be read with other letters than were meant, and stored so. */
function notUtf8(): WhitewaterError {
  return new WhitewaterError('REQUEST_INVALID', 'the body is not UTF-8, or is said not to be: send JSON as UTF-8');
}

/** Or nothing; ASCII is UTF-8 too. */
function saysUtf8(contentType = ''): boolean {
  const [, charset] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType) ?? [];
  return charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase());
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** It would change what all objects have, in a program that copies it carelessly. */
function poisoned(): WhitewaterError {
  const message =
    'the body has a key "__proto__", or a "constructor" with a "prototype", which no request of this relay has';
  return new WhitewaterError('REQUEST_INVALID', message);
}
