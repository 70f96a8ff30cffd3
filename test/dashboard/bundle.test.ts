import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { BUILT_PAGE } from './support/browser.ts';

/** Of the whole page, as a browser fetches it. */
const COMPRESSED_BYTES_MAX = 150_000;

t.test('the page is small, and has no schema library', async (t) => {
  const files = readdirSync(BUILT_PAGE);
  for (const name of ['app.css', 'app.js', 'icon.svg', 'index.html', 'tours.json']) t.ok(files.includes(name), name);
  const bytes = files.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(BUILT_PAGE, name)), { level: 9 }).length,
    0,
  );
  t.ok(bytes < COMPRESSED_BYTES_MAX, `${bytes} bytes compressed`);
  const script = readFileSync(join(BUILT_PAGE, 'app.js'), 'utf8');
  t.notMatch(script, /typebox/i);
  t.notMatch(script, /additionalProperties/, 'no schema came along');
});

t.test('nothing in the page names another host', async (t) => {
  for (const name of ['app.js', 'app.css', 'index.html']) {
    const hosts = readFileSync(join(BUILT_PAGE, name), 'utf8').match(/(?:https?|wss?):\/\/[a-z0-9.-]+/gi) ?? [];
    // Names of XML and of the machine itself, which no request goes to by itself.
    const others = hosts.filter((host) => !/^https?:\/\/(?:www\.w3\.org|127\.0\.0\.1|localhost|a)$/i.test(host));
    t.strictSame(others, [], name);
  }
});
