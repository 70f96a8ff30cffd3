import t from 'tap';
import { NetworkView } from '../../shared/http/Network.ts';
import { conforming } from './support/conforming.ts';
import { TestRelay } from './support/relay.ts';

t.test('a query that a route does not know is refused, on every route of the API', async (t) => {
  const relay = await TestRelay.start(t, { seed: 's' });
  await relay.dial('p1');
  const base = '/api/clusters/demo';
  const { body } = await relay.request('PUT', `${base}/seed?epcoh=5`, { seed: 'other' });
  t.match(body, {
    code: 'REQUEST_INVALID',
    message: '"epcoh" is unknown in the query; did you mean epoch?',
    definite: true,
  });
  const { seed, epoch } = conforming(NetworkView, (await relay.request('GET', `${base}/network`)).body);
  t.same([seed, epoch], ['s/demo', 0], 'nothing was changed');
  const { paths } = (await relay.request('GET', '/api/openapi.json')).body as {
    paths: Record<string, Record<string, object>>;
  };
  const tried: string[] = [];
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith('/api/') || path.endsWith('/live')) continue;
    for (const [method, operation] of Object.entries(methods)) {
      // Bodies are looked at first.
      if ('requestBody' in operation) continue;
      const url = path
        .replace('{cluster}', 'demo')
        .replace('{seq}', '1')
        .replaceAll(/\{\w+\}/g, 'p1');
      const answer = await relay.request(method.toUpperCase(), `${url}?surprise=1`);
      tried.push(`${method} ${path}`);
      t.match(answer, { status: 400, body: { code: 'REQUEST_INVALID' } }, `${method} ${path}`);
      t.match(answer.text, /\\"surprise\\" is unknown in the query/, `${method} ${path} says so`);
    }
  }
  t.ok(tried.length > 20, `${tried.length} routes`);
  await t.rejects(relay.watch('demo', undefined, '?frmaes=sampled'), /400/, 'the live feed too');
  t.equal((await relay.request('GET', '/healthz?cache=no')).status, 200, 'probes may say what they like');
});
