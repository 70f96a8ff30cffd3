import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { ERRORS } from '../../shared/errors.ts';
import { ROOT } from '../support/root.ts';

interface Kind {
  readonly httpStatus?: number;
  readonly closeCode?: number;
  readonly exitCode?: number;
  readonly definite: boolean;
  readonly meaning: string;
}

const text = readFileSync(join(ROOT, 'docs/ERRORS.md'), 'utf8');

t.test('ERRORS.md has every error of the code, in its order, with its numbers and its meaning', async (t) => {
  const documented = [...text.matchAll(/^\| `([A-Z_]+)` +\| (.*) \|$/gm)].map(([, code, cells = '']) => {
    const [http, close, exit, done, what, helps] = cells.split(' | ').map((cell) => cell.trim());
    return { code, http, close, exit, done, what, helps };
  });
  const numberOf = (value: number | undefined): string => (value === undefined ? '-' : String(value));
  const held = Object.entries(ERRORS as Readonly<Record<string, Kind>>).map(([code, kind]) => ({
    code,
    http: numberOf(kind.httpStatus),
    close: numberOf(kind.closeCode),
    exit: numberOf(kind.exitCode),
    done: kind.definite ? 'no' : 'perhaps',
    what: kind.meaning,
  }));
  t.same(
    documented.map(({ helps: _helps, ...row }) => row),
    held,
  );
  for (const { code = '', helps = '' } of documented) t.ok(helps.length > 15, `${code} says what helps`);
});
