/** Where the page begins. */
import "./theme.css";
import "./ui/common.css";
import "./ui/controls.css";
import "./ui/messages.css";
import "./frame/frame.css";
import "./table/table.css";
import "./table/cards.css";
import "./pages/pages.css";
import "./explore/explore.css";
import "./plots/plots.css";
import "./run/run.css";
import { render } from "preact";
import { takeAfterSignIn } from "./api.ts";
import { App } from "./app.tsx";
import { start as startEvents } from "./events.ts";
import { about, readAbout } from "./frame/experiment.ts";
import { followMlflow } from "./mlflow.ts";
import { go, start as startRouter } from "./router.ts";
import { current } from "./routes.ts";

// The number of the newest change in it is to be older than what is shown: what changes since is told.
const reading = readAbout();
await startRouter();
await followMlflow();
const after = location.pathname === "/" && takeAfterSignIn();
if (after) go(after, "replace");
const root = document.getElementById("app");
if (root) render(<App />, root);
// What the page shows first is asked for first.
await current.peek().route.load().catch(() => undefined);
await new Promise((resolve) => setTimeout(resolve, 100));
await reading;
startEvents(about.value?.events ?? true, about.value?.seq ?? undefined);
