import { effect, signal } from '@preact/signals';
import type { Tour } from '../../../../../client/scenario/Tour.ts';
import type { TourState } from '../../model/tours/TourState.ts';
import type { View } from '../Store.ts';
import { makeGroundKeeper } from './makeGroundKeeper.ts';
import { type TourPorts, TourRun } from './TourRun.ts';
import type { Tours } from './Tours.ts';

export interface ToursOptions extends TourPorts {
  readonly base: URL;
  readonly view: View;
}

/** One tour at a time: shows where it stands, and puts everything back when it is left. */
export function makeTours(options: ToursOptions): Tours {
  const { base, view, client, cluster } = options;
  const list = signal<Tours['list']['value']>(null);
  const ground = makeGroundKeeper(client, cluster);
  let tour: Tour | undefined;
  let run: TourRun | undefined;
  let working: Promise<void> = Promise.resolve();
  let stopShowing = (): void => undefined;

  const show = (shown: TourRun): void => {
    stopShowing();
    stopShowing = effect(() => {
      view.tour.value = shown.state.value;
    });
  };
  /** One after the other: a step that is under way when it is ended may still ask something of the relay. */
  const afterwards = (work: () => Promise<void>): Promise<void> => (working = working.then(work));

  const begin = (chosen: Tour, isPlaying: boolean): void => {
    tour = chosen;
    run?.end();
    const next = new TourRun(chosen, options, { isPlaying });
    run = next;
    show(next);
    void afterwards(async () => {
      if (run !== next) return;
      try {
        await ground.keep();
      } catch {
        // The tour meets the same trouble at once, and tells it.
      }
      await next.perform();
    });
  };
  return {
    list,
    isLeftBehind: ground.isLeftBehind,
    load: async () => {
      // Who cannot be asked is told so when a tour begins.
      if (run === undefined) await afterwards(() => ground.look().catch(() => undefined));
      if (!Array.isArray(list.peek())) list.value = await fetchTours(base);
    },
    start: (chosen) => begin(chosen, false),
    next: () => run?.next(),
    again: () => {
      if (tour !== undefined) begin(tour, view.tour.peek()?.isPlaying ?? false);
    },
    play: (isPlaying) => run?.play(isPlaying),
    stop: () => {
      const ended = run;
      ended?.end();
      return afterwards(async () => {
        try {
          await ground.putBack();
        } catch (error) {
          if (run === ended) troubled(view, error);
          return;
        }
        if (run !== ended) return;
        stopShowing();
        view.tour.value = null;
        run = undefined;
      });
    },
  };
}

/** What could not be put back can be tried again. */
function troubled({ tour }: View, error: unknown): void {
  const state: TourState | null = tour.peek();
  const trouble = `Not everything could be put back: ${error instanceof Error ? error.message : String(error)}`;
  if (state !== null) tour.value = { ...state, phase: 'failed', trouble };
}

async function fetchTours(base: URL): Promise<readonly Tour[] | string> {
  const sorry = 'The relay does not give the tours: its page may be of another version. Load the page anew.';
  try {
    const response = await fetch(new URL('tours.json', base));
    if (!response.ok) return sorry;
    const tours = (await response.json()) as unknown;
    return Array.isArray(tours) ? (tours as Tour[]) : sorry;
  } catch {
    return sorry;
  }
}
