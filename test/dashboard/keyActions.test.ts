import t from 'tap';
import { canBeKey, getAction, putAction } from '../../server/dashboard/src/connection/actions/keyActions.ts';

t.test('what can be a key in a URL, and what cannot', async (t) => {
  for (const key of ['', '.', '..', '\ud83d', 'a\udca7b']) t.notOk(canBeKey(key), JSON.stringify(key));
  for (const key of ['a', '...', '.a', 'a/../b', '%2e', 'ä', '\ud83d\udca7', ' ']) {
    t.ok(canBeKey(key), JSON.stringify(key));
    const { pathname } = new URL(`api/clusters/demo${putAction(key, 'v').path}`, 'http://localhost/');
    t.equal(pathname, `/api/clusters/demo/kv/${encodeURIComponent(key)}`);
    t.match(getAction(key, null).path, '/kv/');
  }
});
