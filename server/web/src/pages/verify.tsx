import type { JSX } from "preact";
import type { PageProps } from "../routes.ts";

export default function Page({ name }: PageProps): JSX.Element {
  return <h1>verify {name}</h1>;
}
