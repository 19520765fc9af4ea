/** How the plots are shown: one line of controls for all of them. */
import type { JSX } from "preact";
import { Choice } from "./choice.tsx";
import { X_AXES, type XAxis } from "./places.ts";
import type { ScaleKind } from "./scale.ts";
import type { Spread } from "./spread.ts";
import { haveBoth, type Stem } from "./stems.ts";
import * as view from "./view.ts";

interface Props {
  stems: readonly Stem[];
  canGroup: boolean;
  /** The fields by whose values the plots can be split. */
  splits?: readonly string[];
}

export function Toolbar({ stems, canGroup, splits = [] }: Props): JSX.Element {
  const smoothing = view.smoothing.value;
  return (
    <div class="plot-bar" role="toolbar" aria-label="How the plots are shown">
      <Choice<XAxis> label="x" value={view.xAxis.value} options={X_AXES} set={view.setX} title="x axis ([ and ])" />
      <Choice<ScaleKind>
        label="y"
        value={view.yScale.value}
        options={[
          { value: "linear", label: "Linear" },
          { value: "log", label: "Log" },
          { value: "symlog", label: "Symlog" },
        ]}
        set={view.setY}
        title="y axis (l)"
      />
      <Choice<"all" | "trim">
        label="Range"
        value={view.trim.value ? "trim" : "all"}
        options={[
          { value: "all", label: "All points" },
          { value: "trim", label: "1–99 %" },
        ]}
        set={(value) => view.setTrim(value === "trim")}
        title="Whether the y axis leaves out the highest and the lowest hundredth"
      />
      {haveBoth(stems) && (
        <Choice<view.Shown>
          label="Phase"
          value={view.shown.value}
          options={[
            { value: "both", label: "Evaluation and train" },
            { value: "test", label: "Evaluation" },
            { value: "train", label: "Train" },
          ]}
          set={view.setShown}
          title="Which phases are shown (t)"
        />
      )}
      {canGroup && (
        <Choice<Spread | "">
          label="Repeats"
          value={view.spread.value ?? ""}
          options={[
            { value: "", label: "Each run" },
            { value: "std", label: "Mean ± std" },
            { value: "range", label: "Mean, min–max" },
          ]}
          set={view.setSpread}
          title="Runs that differ in a seed alone, drawn as one"
        />
      )}
      {splits.length > 0 && (
        <Choice<string>
          label="Split by"
          value={splits.includes(view.facet.value) ? view.facet.value : ""}
          options={[
            { value: "", label: "Nothing" },
            ...splits.map((value) => ({ value, label: value.replace(/^param\./, "") })),
          ]}
          set={(value) => view.facet.set(value)}
          title="A plot for each value of a field, on the same axes"
        />
      )}
      <label class="plot-control" title="Exponential moving average (s); the raw line stays behind it">
        <span>Smoothing</span>
        <input
          type="range"
          min="0"
          max="0.99"
          step="0.01"
          value={smoothing}
          onInput={(event) => view.setSmoothing(Number(event.currentTarget.value))}
        />
        <output>{smoothing.toFixed(2)}</output>
      </label>
    </div>
  );
}
