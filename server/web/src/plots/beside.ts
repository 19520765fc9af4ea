/** Where a box stands beside a point: inside the window, and not under the pointer. */

interface Place {
  x: number;
  y: number;
}

interface Size {
  width: number;
  height: number;
}

/** From the point to the box. */
const AWAY = 14;
/** From the box to the edge of the window. */
const EDGE = 4;

/**
 * The left upper corner of a box, all in pixels of the window. It stands on the side that is wanted where there
 * is room, else on the other one, else below or above: beside the point as well as the pointer.
 */
export function beside(point: Place, pointer: Place | undefined, box: Size, window: Size, wantsLeft: boolean): Place {
  const xs = [point.x, pointer?.x ?? point.x];
  const ys = [point.y, pointer?.y ?? point.y];
  const right = Math.max(...xs) + AWAY;
  const left = Math.min(...xs) - AWAY - box.width;
  const fits = (x: number): boolean => x >= EDGE && x + box.width <= window.width - EDGE;
  const side = (wantsLeft ? [left, right] : [right, left]).find(fits);
  const inside = (at: number, size: number, room: number): number => Math.max(EDGE, Math.min(at, room - EDGE - size));
  if (side !== undefined) return { x: side, y: inside(point.y - 20, box.height, window.height) };
  const below = Math.max(...ys) + AWAY;
  const hasRoom = below + box.height <= window.height - EDGE;
  const y = hasRoom ? below : Math.min(...ys) - AWAY - box.height;
  return { x: inside(point.x - box.width / 2, box.width, window.width), y: inside(y, box.height, window.height) };
}
