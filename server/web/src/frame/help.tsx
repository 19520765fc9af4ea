/** What single keys do on the page that is open, how a filter is written, and where more is. */
import type { JSX } from "preact";
import { registered } from "../keys.ts";
import { shortcuts } from "../settings.ts";
import { Dialog } from "../ui/dialog.tsx";

const FILTERS = [
  ["adam", "any text of a run contains it"],
  ["lr>0.01", "an argument or param compared"],
  ["test/loss<0.2", "the last value of a metric of a phase"],
  ["status:failed", "running, finished, failed, lost"],
  ["tag:ok", "has the tag"],
  ["#a1b2", "a component whose hash begins so"],
  ["~wide", "the name contains it"],
  ["a or not (b c)", "side by side means and"],
] as const;

export function Help({ close }: { close: () => void }): JSX.Element {
  const keys = registered.value.flatMap((held) => Object.entries(held.current));
  const unique = [...new Map(keys.map(([key, [name]]) => [key, name])).entries()];
  return (
    <Dialog title="Help" close={close}>
      <div class="help">
        <section>
          <h3>Keys on this page</h3>
          {!shortcuts.value && <p class="muted">Single keys are switched off in the settings.</p>}
          <dl class="keys">
            {unique.map(([key, name]) => (
              <div key={key}>
                <dt>
                  {lettersOf(key).map((letter) => (
                    <kbd key={letter}>{letter}</kbd>
                  ))}
                </dt>
                <dd>{name}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>The filter</h3>
          <dl class="keys">
            {FILTERS.map(([text, note]) => (
              <div key={text}>
                <dt>
                  <code>{text}</code>
                </dt>
                <dd>{note}</dd>
              </div>
            ))}
          </dl>
          <p class="muted">The language of queries of the command line works as well.</p>
          <p>
            <a href="/settings">Settings</a> · <a href="/about">About</a> ·{" "}
            <a href="/api/v1/openapi.json">REST interface</a>
          </p>
        </section>
      </div>
    </Dialog>
  );
}

/** Keys of two letters are typed one after the other; others have a name. */
const lettersOf = (key: string): string[] => (key.length === 2 ? [...key] : [key]);
