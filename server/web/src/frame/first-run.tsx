/** Where there is no run yet: how the first is logged. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Copy, Tabs } from "../ui/parts.tsx";
import { about } from "./experiment.ts";

/** A few lines that log a run to this server, in the languages that there are. */
const FIRST: Record<string, (experiment: string, origin: string) => string> = {
  Rust: (experiment, origin) =>
    [
      `let tracker = Tracker::open("${origin}")?; // with the feature "http"`,
      `let run = tracker.experiment(${JSON.stringify(experiment)})?.track(&model)?;`,
      `run.metrics().add(Metric::new("loss", 0.31).phase("train").epoch(1))?;`,
    ].join("\n"),
  Shell: (experiment, origin) =>
    [
      `curl --json '${JSON.stringify({ experiment, id: "first" })}' ${origin}/api/v1/runs`,
      `curl --json '{"name": "loss", "phase": "train", "value": 0.31, "epoch": 1}' \\`,
      `    ${origin}/api/v1/runs/first/points`,
    ].join("\n"),
  "Python (MLflow)": (experiment, origin) =>
    [
      `import mlflow`,
      `mlflow.set_tracking_uri("${origin}")`,
      `mlflow.set_experiment(${JSON.stringify(experiment)})`,
      `with mlflow.start_run(run_name="first"):`,
      `    mlflow.log_metric("train/loss", 0.31, step=1)`,
    ].join("\n"),
};

export function FirstRun({ experiment = "digits" }: { experiment?: string }): JSX.Element {
  const [language, setLanguage] = useState("Rust");
  const code = FIRST[language]?.(experiment, location.origin) ?? "";
  return (
    <div class="empty first-run">
      <h2>No run yet</h2>
      <p>Log the first one; it appears here by itself.</p>
      <Tabs
        label="Language"
        tabs={Object.keys(FIRST).map((key) => ({ key, text: key }))}
        current={language}
        choose={setLanguage}
      />
      <pre class="code" tabIndex={0}>
        {code}
      </pre>
      <p class="row">
        <Copy text={code} />
        <span class="waiting">
          <span class="pulse" aria-hidden="true" />
          <span>
            waiting for a run
            {about.value?.store && (
              <>
                {" "}
                in <code>{about.value.store}</code>
              </>
            )}
          </span>
        </span>
      </p>
    </div>
  );
}
