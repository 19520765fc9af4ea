/** A dialog over the page: the browser keeps the focus inside, and Escape closes it. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "../api.ts";
import { asProblem } from "../use.ts";
import { Button, ErrorBox } from "./parts.tsx";

interface Props {
  title: string;
  close: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, close, children }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-label={title}
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>{title}</h2>
          <Button kind="quiet" label="Close" onClick={() => dialog.current?.close()}>
            ✕
          </Button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface FormProps extends Props {
  /** What is done, as its button says. */
  act: string;
  isDanger?: boolean;
  disabled?: boolean;
  submit: (form: HTMLFormElement) => Promise<void>;
}

/** A dialog that does one thing and closes; what goes wrong stands in it, with what was typed. */
export function FormDialog({ title, act, isDanger = false, disabled = false, submit, close, children }: FormProps): JSX.Element {
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const done = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await submit(event.currentTarget as HTMLFormElement);
      close();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} close={close}>
      <form class="form" onSubmit={(event) => void done(event)}>
        {children}
        {problem && <ErrorBox problem={problem} />}
        <footer class="dialog-foot">
          <Button onClick={close}>Cancel</Button>
          <Button kind={isDanger ? "danger" : "primary"} type="submit" disabled={disabled || isBusy}>
            {act}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
