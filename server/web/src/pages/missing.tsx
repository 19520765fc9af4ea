import type { JSX } from "preact";
import { Missing } from "../frame/missing.tsx";
import { path } from "../router.ts";

/** The page of an address that names none. */
export default function MissingPage(): JSX.Element {
  return <Missing what="page" id={path.value} />;
}
