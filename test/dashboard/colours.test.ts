import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  parse,
  type Color,
  wcagContrast,
} from 'culori';
import t from 'tap';
import { ROOT } from '../support/root.ts';

/** WCAG 2.2, 1.4.3, for text. */
const TEXT_CONTRAST_MIN = 4.5;
/** WCAG 2.2, 1.4.11, for what has to be made out. */
const SHAPE_CONTRAST_MIN = 3;
/** CIEDE2000: two areas beside each other are told apart with ease from about ten on. */
const DIFFERENCE_MIN = 10;

const SOURCE = readFileSync(join(ROOT, 'server/dashboard/src/styles/tokens.css'), 'utf8');

type Colours = ReadonlyMap<string, Color>;

/** The colours of a rule, by their names. */
function coloursOf(selector: string): Map<string, Color> {
  const body = SOURCE.split(`\n${selector} {`)[1]?.split('\n}')[0] ?? '';
  const found = body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g);
  return new Map([...found].map(([, name = '', text = '']) => [name, colour(text)]));
}

function colour(text: string): Color {
  const parsed = parse(text);
  if (parsed === undefined) throw new Error(`${text} is no colour`);
  return parsed;
}

const light = coloursOf(':root');
const LOOKS: Readonly<Record<string, Colours>> = {
  light,
  dark: new Map([...light, ...coloursOf(":root[data-theme='dark']")]),
};
const EYES: Readonly<Record<string, (color: Color) => Color>> = {
  'all three cones': (color) => color,
  'no red cones': asColor(filterDeficiencyProt(1)),
  'no green cones': asColor(filterDeficiencyDeuter(1)),
  'no blue cones': asColor(filterDeficiencyTrit(1)),
};

function asColor(filter: (color: Color) => Color | undefined): (color: Color) => Color {
  return (color) => filter(color) ?? color;
}

function named(colours: Colours, name: string): Color {
  const found = colours.get(name);
  if (found === undefined) throw new Error(`tokens.css has no --${name}`);
  return found;
}

const TERMS = Array.from({ length: 6 }, (_, at) => `term-${at}`);

for (const [look, colours] of Object.entries(LOOKS)) {
  t.test(`${look}: text is read on what it stands on`, async (t) => {
    const pairs = [
      ...['ink', 'muted', 'accent', 'danger', 'good'].flatMap((text) =>
        ['page', 'card', 'raised'].map((ground) => [text, ground] as const),
      ),
      ...[...colours.keys()]
        .filter((name) => name.startsWith('on-'))
        .map((name) => [name, name.slice('on-'.length)] as const),
    ];
    t.ok(pairs.length >= 25);
    for (const [text, ground] of pairs) {
      const contrast = wcagContrast(named(colours, text), named(colours, ground));
      t.ok(contrast >= TEXT_CONTRAST_MIN, `${text} on ${ground}: ${contrast.toFixed(2)}`);
    }
  });

  t.test(`${look}: roles, edges and where the focus is stand out from the card`, async (t) => {
    for (const name of ['leader-edge', 'follower', 'candidate', 'learner', 'edge', 'focus']) {
      const contrast = wcagContrast(named(colours, name), named(colours, 'card'));
      t.ok(contrast >= SHAPE_CONTRAST_MIN, `${name}: ${contrast.toFixed(2)}`);
    }
  });

  for (const [eyes, seen] of Object.entries(EYES)) {
    t.test(`${look}, ${eyes}: terms differ`, async (t) => {
      const difference = differenceCiede2000();
      for (const [at, term] of TERMS.entries()) {
        for (const other of TERMS.slice(at + 1)) {
          const apart = difference(seen(named(colours, term)), seen(named(colours, other)));
          t.ok(apart >= DIFFERENCE_MIN, `${term} and ${other}: ${apart.toFixed(1)}`);
        }
      }
    });
  }
}
