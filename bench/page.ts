// npm run bench -- page [--quick] [--write-docs]
//
// Whether the page draws and holds its memory while nine peers send a thousand frames a second: in chromium, without a GPU.
import { measurePage, plannedSeconds } from './page/measure.ts';
import { plotPage } from './page/plotPage.ts';
import { defects, goals, report } from './page/report.ts';
import type { PagePlan } from './page/result.ts';
import { program } from './support/program.ts';

const LOAD = { peers: 9, framesPerSecond: 1000 };

const STANDARD: PagePlan = { ...LOAD, aloneSeconds: 20, warmUpSeconds: 120, seconds: 600, sampleSeconds: 30 };
const QUICK: PagePlan = { ...LOAD, aloneSeconds: 6, warmUpSeconds: 10, seconds: 40, sampleSeconds: 5 };

export const pageBench = program({
  name: 'page',
  heading: 'Page',
  says: 'how often the page draws, and what it keeps, at 1,000 frames a second of nine peers',
  plans: { standard: STANDARD, quick: QUICK },
  ...{ plannedSeconds, measure: measurePage, report, goals, defects, plot: plotPage },
});
