import { WhitewaterError } from '../../shared/errors.ts';
import type { RelayApp } from './RelayApp.ts';

/** JSON bodies. One that is empty counts as null: many clients announce JSON on every request that may have a body. */
export function takeJson(app: RelayApp): void {
  // By itself fastify takes text too, and it would be refused as no object instead of as no JSON.
  app.removeContentTypeParser('text/plain');
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, null);
    else {
      const text = body.toString();
      void parse(request, text, (error, value) => done(error !== null && isJson(text) ? poisoned() : error, value));
    }
  });
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
