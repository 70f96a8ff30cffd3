import t from 'tap';
import { ClusterId, clusterId, PeerId, peerId } from '../../shared/ids.ts';
import { isId } from '../../shared/legalId.ts';
import { Compile } from '../../shared/schema.ts';

const LEGAL = ['p1', 'P', '7', '_', 'a.b-c_d', 'x'.repeat(64), 'constructor'];
const ILLEGAL = [
  ...['', ' ', 'p 1', 'p1 ', 'p1\n', '\np1', '.p1', '-p1', '@relay', 'p@1', 'p/1', 'p"1', 'p\\1', 'p\u00001'],
  ...['ä', '東京', 'p１', '🌊', 'x'.repeat(65)],
];

t.test('ids are short, ASCII and printable anywhere', async (t) => {
  const schemas = [Compile(ClusterId), Compile(PeerId)];
  for (const text of LEGAL) {
    t.ok(isId(text), JSON.stringify(text));
    t.equal(peerId(text), text);
    t.equal(clusterId(text), text);
    for (const schema of schemas) t.ok(schema.Check(text));
  }
  for (const text of ILLEGAL) {
    t.notOk(isId(text), JSON.stringify(text));
    t.throws(() => peerId(text), RangeError);
    t.throws(() => clusterId(text), RangeError);
    for (const schema of schemas) t.notOk(schema.Check(text), 'the schema says the same');
  }
});

t.test('a refused id is told with what to write instead', async (t) => {
  t.throws(() => peerId('p 1\u001b[2J'), {
    message: /^"p 1\\u001b\[2J" is not a legal peer id: use 1 to 64 letters, digits/,
  });
  t.throws(() => clusterId(''), { message: /^"" is not a legal cluster id/ });
});
