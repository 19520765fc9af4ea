/** A run as the plots need it. */
export interface PlotRun {
  uuid: string;
  name: string;
  /** The arguments and parameters in which the runs differ, as they are shown. */
  differing: Record<string, string>;
}

/** So many runs are told apart by colour; the others are grey context. */
export const COLOURED = 10;
/** So many lines can be drawn and hovered without delay, and read at all. */
export const DRAWN = 100;
