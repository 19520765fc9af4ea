/** Where the page begins. */
import "./theme.css";
import { render } from "preact";
import { takeAfterSignIn } from "./api.ts";
import { App } from "./app.tsx";
import { start as startEvents } from "./events.ts";
import { go, start as startRouter } from "./router.ts";

await startRouter();
const after = location.pathname === "/" && takeAfterSignIn();
if (after) go(after, "replace");
const root = document.getElementById("app");
if (root) render(<App />, root);
startEvents();
