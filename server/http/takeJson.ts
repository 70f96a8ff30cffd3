import type { RelayApp } from './RelayApp.ts';

/** JSON bodies. One that is empty counts as null: many clients announce JSON on every request that may have a body. */
export function takeJson(app: RelayApp): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, null);
    else void parse(request, body.toString(), done);
  });
}
