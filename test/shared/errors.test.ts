import t from 'tap';
import { type ErrorCode, ERRORS, isErrorCode, WhitewaterError } from '../../shared/errors.ts';

interface Kind {
  readonly httpStatus?: number;
  readonly closeCode?: number;
  readonly exitCode?: number;
  readonly definite: boolean;
  readonly meaning: string;
}

const kinds: [string, Kind][] = Object.entries(ERRORS);
/** One close code for what is one thing to a program: the frame cannot be read. */
const SHARED_CLOSE_CODES = new Set(['FRAME_NOT_JSON', 'FRAME_MALFORMED']);

t.test('every error has a name, a meaning and numbers that mean something outside', async (t) => {
  for (const [code, kind] of kinds) {
    t.match(code, /^[A-Z]+(_[A-Z]+)*$/, code);
    t.match(kind.meaning, /^[^A-Z\s].{10,}[^.\s]$/, `${code} has a meaning: a phrase, to be put into a sentence`);
    if (kind.httpStatus !== undefined) t.ok(kind.httpStatus >= 400 && kind.httpStatus < 600, `${code}: HTTP status`);
    // 1001, 1009 and 1011 are the registered codes that fit (RFC 6455, 7.4.1); 4000 to 4999 are for applications.
    const { closeCode = 4000 } = kind;
    t.ok([1001, 1009, 1011].includes(closeCode) || (closeCode >= 4000 && closeCode < 5000), `${code}: close code`);
    // 1 is a crash, 126 and beyond belong to the shell.
    if (kind.exitCode !== undefined) t.ok(kind.exitCode > 1 && kind.exitCode < 126, `${code}: exit code`);
  }
});

t.test('a close code names one error', async (t) => {
  const owners = new Map<number, string>();
  for (const [code, { closeCode }] of kinds) {
    if (closeCode === undefined) continue;
    const owner = owners.get(closeCode);
    const isShared = SHARED_CLOSE_CODES.has(code) && SHARED_CLOSE_CODES.has(owner ?? '');
    t.ok(owner === undefined || isShared, `${closeCode} is of ${code} alone`);
    owners.set(closeCode, code);
  }
});

t.test('an error carries its numbers, its cause and its details', async (t) => {
  const cause = new Error('EADDRINUSE');
  const error = new WhitewaterError('PORT_IN_USE', 'port 7070 is taken; choose another with --port', {
    cause,
    details: { port: 7070 },
  });
  t.ok(error instanceof Error);
  t.equal(error.name, 'WhitewaterError');
  t.equal(error.code, 'PORT_IN_USE');
  t.equal(error.message, 'port 7070 is taken; choose another with --port');
  t.equal(error.cause, cause);
  t.same(error.details, { port: 7070 });
  t.equal(error.exitCode, 6);
  t.equal(error.definite, true);
  t.notOk('cause' in new WhitewaterError('INTERNAL', 'text'), 'no cause where there is none');
});

t.test('an error without a number of one kind has the general one', async (t) => {
  for (const [code, kind] of kinds as [ErrorCode, Kind][]) {
    const error = new WhitewaterError(code, kind.meaning);
    t.equal(error.httpStatus, kind.httpStatus ?? 500, code);
    t.equal(error.closeCode, kind.closeCode ?? 1011, code);
    t.equal(error.exitCode, kind.exitCode ?? 1, code);
    t.equal(error.definite, kind.definite, code);
  }
});

t.test('codes are told from other text', async (t) => {
  for (const [code] of kinds) t.ok(isErrorCode(code));
  for (const text of ['', 'port_in_use', 'PORT_IN_USE ', 'toString', '__proto__']) t.notOk(isErrorCode(text), text);
});
