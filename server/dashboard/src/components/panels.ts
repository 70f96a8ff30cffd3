import type { ComponentType } from 'preact';

export type PanelId = 'break' | 'why' | 'log' | 'time' | 'judge' | 'console' | 'tours' | 'table';

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
export const PANELS: readonly Panel[] = [];
