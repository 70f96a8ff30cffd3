import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { FOLDERS } from '../../../scripts/folders.js';
import { ROOT } from '../root.ts';

/** The parsed sources of the project, by their path from the root, with `/`. */
export type SourceTree = ReadonlyMap<string, ts.SourceFile>;

/** Where in the tree something is wrong: `path:line: what`. */
export type Finding = string;

export function readSourceTree(): SourceTree {
  return parseSources(FOLDERS.flatMap(listFiles).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
}

export function parseSources(texts: Iterable<readonly [path: string, text: string]>): SourceTree {
  const tree = new Map<string, ts.SourceFile>();
  for (const [path, text] of texts) {
    if (!/\.(?:ts|tsx|js)$/.test(path)) continue;
    tree.set(path, ts.createSourceFile(path, text, { languageVersion: ts.ScriptTarget.Latest }, true));
  }
  return tree;
}

/** Every file below a folder of the root; none when there is no such folder. */
export function listFiles(folder: string): string[] {
  try {
    return (
      readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) =>
          join(entry.parentPath, entry.name)
            .slice(ROOT.length + 1)
            .replaceAll('\\', '/'),
        )
        // Packages that a bench installs for itself.
        .filter((path) => !path.includes('/node_modules/'))
    );
  } catch {
    return [];
  }
}

/** Calls `visit` with every node of a file. */
export function walk(file: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const descend = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, descend);
  };
  descend(file);
}

export function finding(file: ts.SourceFile, at: ts.Node | number, what: string): Finding {
  const position = typeof at === 'number' ? at : at.getStart(file);
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(position).line + 1}: ${what}`;
}
