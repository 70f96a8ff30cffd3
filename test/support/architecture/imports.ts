import { posix } from 'node:path';
import ts from 'typescript';
import { walk, type SourceTree } from './sourceTree.ts';

export interface Import {
  readonly file: ts.SourceFile;
  readonly node: ts.Node;
  /** As it is written: `../shared/ids.ts`, `node:fs`. */
  readonly specifier: string;
  /** From the root, for a relative import: `shared/ids.ts`. */
  readonly target: string | undefined;
  /** Gone after compilation: types only. */
  readonly typeOnly: boolean;
}

/** Every import, re-export, `import()` and `import('…')` type of the tree. */
export function importsOf(tree: SourceTree): Import[] {
  const imports: Import[] = [];
  for (const file of tree.values()) {
    walk(file, (node) => {
      const found = importOf(node);
      if (found === undefined) return;
      const { specifier, typeOnly } = found;
      const target = specifier.startsWith('.') ? posix.join(posix.dirname(file.fileName), specifier) : undefined;
      imports.push({ file, node, specifier, target, typeOnly });
    });
  }
  return imports;
}

function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node)) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: isTypeOnlyClause(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    const { exportClause } = node;
    const named = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : [];
    const allTypes = named.length > 0 && named.every((element) => element.isTypeOnly);
    return { specifier: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly || allTypes };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument === undefined ? undefined : { specifier: textOf(argument), typeOnly: false };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), typeOnly: true };
  }
  return undefined;
}

function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || ts.isNamespaceImport(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}

/** A specifier that is computed has no text that could be judged; it is none of the table's and refused by it. */
function textOf(node: ts.Node): string {
  return ts.isStringLiteralLike(node) ? node.text : '(computed)';
}

/** Files that need each other before either has run, each ring once: `a.ts -> b.ts -> a.ts`. */
export function cyclesOf(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { file, target, typeOnly } of imports) {
    if (target === undefined || typeOnly) continue;
    edges.set(file.fileName, [...(edges.get(file.fileName) ?? []), target]);
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const follow = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) follow(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) follow(path, []);
  return cycles;
}
