/** What series are called: to people, and in a query. */

/** `test/loss`, or `loss` where no phase is said. */
export const seriesTitle = (metric: string, phase = ""): string => (phase ? `${phase}/${metric}` : metric);

/** `loss[test]` as a query writes it, with quotes where they are needed. */
export const seriesField = (metric: string, phase = ""): string => quoted(metric) + (phase && `[${quoted(phase)}]`);

/** `metric.loss[test].best` */
export const metricField = (metric: string, phase: string, part: string): string =>
  `metric.${seriesField(metric, phase)}.${part}`;

const quoted = (name: string): string =>
  /^[\p{L}\p{N}_\-/]+$/u.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`;

export const unquoted = (text: string): string => text.replace(/^"(.*)"$/, "$1");
