/** How this browser shows things. Nothing of it leaves the browser. */
import type { JSX } from "preact";
import { number } from "../format.ts";
import { digits, shortcuts } from "../settings.ts";
import { theme } from "../theme.ts";
import { useTitle } from "../use.ts";

const THEMES = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

const DIGITS = [3, 4, 5, 6];

export default function SettingsPage(): JSX.Element {
  useTitle("Settings");
  return (
    <div class="page settings">
      <h1>Settings</h1>
      <p class="muted">They are kept in this browser.</p>
      <fieldset>
        <legend>Theme</legend>
        {THEMES.map(([value, text]) => (
          <label key={value} class="check">
            <input type="radio" name="theme" checked={theme.value === value} onChange={() => (theme.value = value)} />
            {text}
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>Keys</legend>
        <label class="check">
          <input
            type="checkbox"
            checked={shortcuts.value}
            onChange={(event) => (shortcuts.value = event.currentTarget.checked)}
          />
          Single keys, as <kbd>j</kbd> and <kbd>/</kbd>
        </label>
        <p class="muted">Switch them off where speech or another input sends letters. <kbd>?</kbd> lists them.</p>
      </fieldset>
      <fieldset>
        <legend>Digits of a number</legend>
        <div class="row">
          {DIGITS.map((value) => (
            <label key={value} class="check">
              <input type="radio" name="digits" checked={digits.value === value} onChange={() => (digits.value = value)} />
              {value} <span class="muted">{number(Math.PI / 100, value)}</span>
            </label>
          ))}
        </div>
        <p class="muted">Tooltips, copies and exports have them all.</p>
      </fieldset>
    </div>
  );
}
