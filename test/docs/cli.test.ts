import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { COMMANDS } from '../../cli/commands.ts';
import { flagOf, variableOf } from '../../cli/settings/Setting.ts';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { ERRORS } from '../../shared/errors.ts';
import { ROOT } from '../support/root.ts';

const text = readFileSync(join(ROOT, 'docs/CLI.md'), 'utf8');

/** The rows of all tables in a part of the page, each as its cells. */
function rowsOf(part: string): string[][] {
  const lines = part.split('\n').filter((line) => /^\| [^-]/.test(line));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(/ +\| +| +\|$/)
      .map((cell) => cell.trim()),
  );
}

/** What stands below a heading, up to the next one of its level. */
function section(heading: string): string {
  const [, part] = text.split(`\n## ${heading}\n`);
  if (part === undefined) throw new Error(`CLI.md has no section ${heading}`);
  return part.split('\n## ')[0] ?? '';
}

t.test('CLI.md has every command with its summary, its description and its examples', async (t) => {
  const listed = rowsOf(text).filter(([name = '']) => name.startsWith('[`'));
  t.same(
    listed,
    COMMANDS.map(({ name, summary }) => [`[\`${name}\`](#${name})`, summary]),
  );
  for (const { name, description, examples } of COMMANDS) {
    t.ok(section(name).includes(description), `${name}: description`);
    for (const { line } of examples) t.ok(section(name).includes(`\n${line} `), line);
  }
});

t.test('CLI.md has every flag with its default, its variable and its meaning', async (t) => {
  for (const command of COMMANDS) {
    const documented = rowsOf(section(command.name)).filter(([flag = '']) => flag.startsWith('`--'));
    const held = command.settings.map((setting) => {
      const flag = flagOf(setting);
      const shown = setting.placeholder === undefined ? flag : `${flag} ${setting.placeholder}`;
      const opposite = setting.negatable === true ? `, \`${flag.replace('--', '--no-')}\`` : '';
      return [
        `\`${shown}\`${opposite}`,
        setting.fallbackText,
        setting.flagOnly === true ? 'none' : `\`${variableOf(setting)}\``,
        setting.description,
      ];
    });
    t.same(documented, held, command.name);
  }
});

t.test('CLI.md has every preset with its times', async (t) => {
  const names = Object.keys(ELECTION_PRESETS).map((name) => `\`${name}\``);
  const documented = rowsOf(section('peer')).filter(([name = '']) => names.includes(name));
  const held = Object.entries(ELECTION_PRESETS).map(([name, preset]) => [
    ...[`\`${name}\``, `${preset.heartbeatMs} ms`],
    ...[`${preset.electionTimeoutMsMin} to ${preset.electionTimeoutMsMax} ms`, preset.preVote ? 'on' : 'off'],
  ]);
  t.same(
    documented.map((row) => row.slice(0, 4)),
    held,
  );
});

t.test('CLI.md has every exit code with the errors that end with it', async (t) => {
  const codesOf = new Map<string, string[]>();
  for (const [code, kind] of Object.entries(ERRORS)) {
    if (!('exitCode' in kind)) continue;
    const exitCode = String(kind.exitCode);
    codesOf.set(exitCode, [...(codesOf.get(exitCode) ?? []), code]);
  }
  const documented = rowsOf(section('Exit codes')).filter(([exitCode = '']) => codesOf.has(exitCode));
  for (const [exitCode, codes] of codesOf) {
    const [, , cell = ''] = documented.find(([number]) => number === exitCode) ?? [];
    t.same(
      cell
        .split(', ')
        .map((code) => code.replaceAll('`', ''))
        .sort(),
      codes.sort(),
      `exit code ${exitCode}`,
    );
  }
});
