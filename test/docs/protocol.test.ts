import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { decodeFrame } from '../../shared/envelope.ts';
import { ERRORS, isErrorCode } from '../../shared/errors.ts';
import { isMessageType, MESSAGES, PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';
import { ROOT } from '../support/root.ts';

const text = readFileSync(join(ROOT, 'docs/PROTOCOL.md'), 'utf8');

/** The text under a heading of the third level, up to the next heading. */
function sectionOf(heading: string): string {
  return text.split(/^#{2,3} /m).find((section) => section.startsWith(`${heading}\n`)) ?? '';
}

t.test('PROTOCOL.md is about the version that the code speaks', async (t) => {
  t.match(text, `Protocol version: **${PROTOCOL_VERSION}**.`);
});

t.test('PROTOCOL.md has a section for each message, with each of its fields', async (t) => {
  for (const [type, schema] of Object.entries(MESSAGES)) {
    const section = sectionOf(type);
    t.not(section, '', `there is a section ${type}`);
    const rows = [...section.matchAll(/^\| `(\w+)` +\| (.*)$/gm)].map(([, field, meaning = '']) => ({
      field,
      meaning,
    }));
    t.same(rows.map(({ field }) => field).sort(), Object.keys(schema.properties).sort(), `the fields of ${type}`);
    const { required = [] } = schema as { readonly required?: readonly string[] };
    for (const { field = '', meaning } of rows) {
      const saysOptional = /^(optional|exactly when)/.test(meaning);
      t.equal(saysOptional, !required.includes(field), `${type}.${field} is said to be optional exactly if it is`);
    }
  }
});

t.test('every example frame of PROTOCOL.md is one', async (t) => {
  const frames = [...text.matchAll(/^```text\n([\s\S]*?)^```$/gm)].flatMap(([, lines = '']) =>
    lines.trim().split('\n'),
  );
  const seen = new Set<string>();
  for (const line of frames) {
    const decoded = decodeFrame(line);
    if (!decoded.ok) {
      t.fail(`${decoded.message}: ${line}`);
      continue;
    }
    const { type, body } = decoded.frame;
    t.ok(decoded.canonical, `the keys of the ${type} are in canonical order`);
    t.ok(isMessageType(type) && validateBody(type, body).ok, `the body is a ${type}`);
    seen.add(type);
  }
  t.same([...seen].sort(), Object.keys(MESSAGES).sort(), 'there is an example of every message');
});

t.test('every close code of PROTOCOL.md is that of its error, and none is missing', async (t) => {
  const rows = [...sectionOf('What a relay does with bad frames').matchAll(/^\| `([A-Z_]+)` +\| (\S+)/gm)];
  const told = new Map(rows.map(([, code = '', closeCode = '']) => [code, closeCode]));
  for (const [code, closeCode] of told) {
    t.ok(isErrorCode(code), `${code} is in the table of errors`);
    if (isErrorCode(code))
      t.equal(closeCode, 'closeCode' in ERRORS[code] ? String(ERRORS[code].closeCode) : 'stays', code);
  }
  const closing = Object.entries(ERRORS).filter(([, kind]) => 'closeCode' in kind);
  t.same(
    closing.map(([code]) => code).filter((code) => !told.has(code)),
    [],
  );
});
