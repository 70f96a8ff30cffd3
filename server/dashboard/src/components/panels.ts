import type { ComponentType } from 'preact';
import { prefersStillness } from '../hooks/prefersStillness.ts';
import type { View } from '../state/Store.ts';
import { BreakPanel } from './break/BreakPanel.tsx';
import { JudgePanel } from './judge/JudgePanel.tsx';
import { ConsolePanel } from './console/ConsolePanel.tsx';
import { LogPanel } from './log/LogPanel.tsx';
import { DetailsPanel } from './details/DetailsPanel.tsx';
import { TablePanel } from './table/TablePanel.tsx';
import { ToursPanel } from './tours/ToursPanel.tsx';
import { TimePanel } from './time/TimePanel.tsx';
import { WhyPanel } from './why/WhyPanel.tsx';

export type PanelId = 'break' | 'why' | 'log' | 'time' | 'judge' | 'console' | 'tours' | 'table' | 'details';

/** A part of the page that can be opened and closed; its view takes nothing: it reads the store. */
export interface Panel {
  readonly id: PanelId;
  readonly title: string;
  /** The letter that opens it. */
  readonly key: string;
  /** Beside the ring, or below it. */
  readonly place: 'side' | 'below';
  readonly view: ComponentType;
}

/** In the order of their tabs. Each piece adds its own, a line each. */
export const PANELS: readonly Panel[] = [
  { id: 'break', title: 'Break it', key: 'B', place: 'side', view: BreakPanel },
  { id: 'why', title: 'Why', key: 'W', place: 'side', view: WhyPanel },
  { id: 'judge', title: 'Judge', key: 'J', place: 'side', view: JudgePanel },
  { id: 'console', title: 'Console', key: 'C', place: 'side', view: ConsolePanel },
  { id: 'tours', title: 'Tours', key: 'T', place: 'side', view: ToursPanel },
  { id: 'log', title: 'Log', key: 'O', place: 'below', view: LogPanel },
  { id: 'details', title: 'Details', key: 'D', place: 'side', view: DetailsPanel },
  { id: 'time', title: 'Time', key: 'M', place: 'below', view: TimePanel },
  { id: 'table', title: 'Table', key: 'I', place: 'below', view: TablePanel },
];

/** Opens a panel in its place. */
export function openPanel(view: View, { id, place }: Panel): void {
  view[place].value = id;
}

/** Closes a panel that is open; or opens it, and brings it into sight: it may be below the fold. */
export function togglePanel(view: View, panel: Panel): void {
  const { id, place } = panel;
  if (view[place].peek() === id) {
    view[place].value = null;
    return;
  }
  openPanel(view, panel);
  const behavior = prefersStillness() ? 'auto' : 'smooth';
  // It stands there when the page has been drawn anew.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => document.getElementById(`panel-${id}`)?.scrollIntoView({ block: 'nearest', behavior })),
  );
}
