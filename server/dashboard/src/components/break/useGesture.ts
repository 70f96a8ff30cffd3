import { type RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Layout } from '../../geometry/Layout.ts';
import type { Point } from '../../geometry/ring.ts';
import { hasScissors } from '../../state/view.ts';
import type { Hand } from '../../state/Store.ts';

/** A drag over the ring: a lasso around peers, or one peer taken along. */
export interface Gesture {
  /** Null: a lasso. */
  readonly peer: PeerId | null;
  /** The whole way, from where it began. */
  readonly way: readonly Point[];
}

export interface GestureUse {
  readonly layout: Layout;
  readonly hand: Hand;
  /** It goes on. */
  readonly onMove: (gesture: Gesture) => void;
  readonly onRelease: (gesture: Gesture) => void;
  readonly onGiveUp: () => void;
  /** A click that is no gesture. @returns whether it was taken */
  readonly onClick: (point: Point) => boolean;
}

/** What moves less than this, in CSS pixels, is a click. */
const SLACK = 6;
/** A finger that rests so long draws; one that moves at once scrolls. */
const LONG_PRESS_MS = 450;
/** Of a way, points that are nearer than this say nothing new. */
const STEP = 3;

/** Listens on the ground of the ring on which an element lies. @returns the gesture that is on */
export function useGesture(over: RefObject<Element | null>, use: GestureUse): Gesture | null {
  const [shown, setShown] = useState<Gesture | null>(null);
  const newest = useRef(use);
  newest.current = use;
  useEffect(() => {
    const ground = over.current?.closest<HTMLElement>('.ring-ground') ?? null;
    return ground === null ? undefined : new Listener(ground, () => newest.current, setShown).listen();
  }, [over]);
  return shown;
}

/** What a pointer does on the ground of the ring, from pressing to letting go. */
class Listener {
  readonly #ground: HTMLElement;
  readonly #use: () => GestureUse;
  readonly #show: (gesture: Gesture | null) => void;
  #pressed: { readonly pointer: number; readonly peer: PeerId | null; readonly from: Point } | null = null;
  #going: { readonly peer: PeerId | null; readonly way: Point[] } | null = null;
  #isFingerResting = false;
  #swallowsClick = false;
  #timer = 0;

  constructor(ground: HTMLElement, use: () => GestureUse, show: (gesture: Gesture | null) => void) {
    this.#ground = ground;
    this.#use = use;
    this.#show = show;
  }

  /** @returns ends it */
  listen(): () => void {
    const ground = this.#ground;
    const listeners: readonly [EventTarget, string, (event: never) => void, AddEventListenerOptions?][] = [
      [ground, 'pointerdown', (event: PointerEvent) => this.#press(event)],
      [ground, 'pointermove', (event: PointerEvent) => this.#move(event)],
      [ground, 'pointerup', (event: PointerEvent) => this.#release(event)],
      [ground, 'pointercancel', () => this.#giveUp()],
      // Before anybody else: a gesture that ends with a click selects nothing.
      [ground, 'click', (event: MouseEvent) => this.#click(event), { capture: true }],
      [ground, 'touchmove', (event: Event) => this.#keepStill(event), { passive: false }],
      [ground, 'contextmenu', (event: Event) => this.#keepStill(event)],
      [document, 'keydown', (event: KeyboardEvent) => this.#key(event), { capture: true }],
    ];
    for (const [target, name, act, options] of listeners) target.addEventListener(name, act as EventListener, options);
    return () => {
      for (const [target, name, act, options] of listeners) {
        target.removeEventListener(name, act as EventListener, options);
      }
      window.clearTimeout(this.#timer);
    };
  }

  #press(event: PointerEvent): void {
    this.#swallowsClick = false;
    const { layout, hand } = this.#use();
    if (event.button !== 0 || !event.isPrimary || isOn(event, 'button, input, select') || hasScissors(hand)) return;
    const from = pointOf(event, this.#ground);
    this.#pressed = { pointer: event.pointerId, peer: layout.peerAt(from), from };
    if (event.pointerType !== 'touch' || hand === 'lasso') return;
    this.#isFingerResting = true;
    this.#timer = window.setTimeout(() => {
      this.#isFingerResting = false;
      this.#begin();
    }, LONG_PRESS_MS);
  }

  #begin(): void {
    if (this.#pressed === null) return;
    this.#going = { peer: this.#pressed.peer, way: [this.#pressed.from] };
    this.#ground.setPointerCapture(this.#pressed.pointer);
    this.#show({ ...this.#going });
  }

  #move(event: PointerEvent): void {
    if (this.#pressed === null || event.pointerId !== this.#pressed.pointer) return;
    const point = pointOf(event, this.#ground);
    if (this.#going === null) {
      if (distance(point, this.#pressed.from) < SLACK) return;
      if (this.#isFingerResting) {
        this.#stop();
        return;
      }
      this.#begin();
    }
    const going = this.#going;
    if (going === null || distance(point, going.way.at(-1) ?? point) < STEP) return;
    going.way.push(point);
    const gesture = { peer: going.peer, way: [...going.way] };
    this.#show(gesture);
    this.#use().onMove(gesture);
  }

  #release(event: PointerEvent): void {
    if (this.#pressed === null || event.pointerId !== this.#pressed.pointer) return;
    const done = this.#going;
    this.#stop();
    if (done === null) return;
    this.#swallowsClick = true;
    this.#use().onRelease(done);
  }

  #giveUp(): void {
    const wasGoing = this.#going !== null;
    this.#stop();
    if (!wasGoing) return;
    this.#swallowsClick = true;
    this.#use().onGiveUp();
  }

  #stop(): void {
    window.clearTimeout(this.#timer);
    this.#pressed = null;
    this.#going = null;
    this.#isFingerResting = false;
    this.#show(null);
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.#going === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#giveUp();
  }

  #click(event: MouseEvent): void {
    const isTaken =
      this.#swallowsClick || (!isOn(event, 'button, .touch') && this.#use().onClick(pointOf(event, this.#ground)));
    this.#swallowsClick = false;
    if (!isTaken) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** A finger that draws does not scroll, and opens no menu. */
  #keepStill(event: Event): void {
    if (this.#going !== null) event.preventDefault();
  }
}

function isOn({ target }: Event, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

function pointOf({ clientX, clientY }: MouseEvent, ground: Element): Point {
  const { left, top } = ground.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top };
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
