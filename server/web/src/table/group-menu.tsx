/** How runs stand together: repeats, by what they share, or each for itself. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { cannotWrite, readSchema, schema } from "../frame/experiment.ts";
import { shortName } from "../filter/complete.ts";
import { bound } from "../router.ts";
import { Menu } from "../ui/menu.tsx";
import { Sign } from "../ui/sign.tsx";
import type { TableModel } from "./model.ts";
import { RepeatsDialog } from "./repeats-dialog.tsx";

const group = bound("group");

interface Props {
  experiment: string;
  model: TableModel;
  repeats: readonly string[];
}

export function GroupMenu({ experiment, model, repeats }: Props): JSX.Element {
  const [isSetting, setSetting] = useState(false);
  const isGrouped = model.isGrouped.value;
  const by = group.value.split(",").filter((field) => field !== "" && field !== "none");
  const name = by.map((field) => shortName(field, schema.value)).join(", ");
  const text = !isGrouped ? "Group" : by.length > 0 ? `By ${name}` : "Repeats";
  const menu = (
    <Menu
      label={isGrouped ? `Grouped: ${text}` : "Group the runs"}
      align="right"
      text={
        <span class="menu-open" onPointerDown={() => void readSchema()}>
          <Sign name="group" /> {text}
        </span>
      }
    >
      {(close) => {
        const set = (value: string): void => {
          close();
          group.set(value);
        };
        return (
          <>
            <button type="button" aria-current={isGrouped && by.length === 0} onClick={() => set("")}>
              <span>
                Repeats <span class="muted">all equal but {repeats.join(", ")}</span>
              </span>
            </button>
            <button type="button" aria-current={!isGrouped} onClick={() => set("none")}>
              No groups
            </button>
            {!cannotWrite.value && (
              <button
                type="button"
                onClick={() => {
                  close();
                  setSetting(true);
                }}
              >
                What makes a repeat…
              </button>
            )}
            <hr />
            <p class="menu-note">By what they share</p>
            <div class="menu-scroll">
              {schema.value?.fields
                .filter(({ distinct }) => distinct > 1)
                .map(({ field, distinct }) => (
                  <label key={field} class="check">
                    <input
                      type="checkbox"
                      checked={by.includes(field)}
                      onChange={() =>
                        group.set((by.includes(field) ? by.filter((one) => one !== field) : [...by, field]).join(","))
                      }
                    />
                    <span class="ellipsis">{field}</span>
                    <span class="muted">{distinct}</span>
                  </label>
                ))}
            </div>
          </>
        );
      }}
    </Menu>
  );
  return (
    <>
      {menu}
      {isSetting && (
        <RepeatsDialog
          experiment={experiment}
          repeats={repeats}
          changed={() => void model.reload()}
          close={() => setSetting(false)}
        />
      )}
    </>
  );
}
