// Writes a figure for LaTeX: `\usepackage{pgfplots}` is all that it needs.

import { pieces, type Figure } from "./figure.ts";

/** The figure as a `tikzpicture`. */
export function pgfplotsOf(figure: Figure): string {
  const options = [
    `title={${escape(figure.title)}}`,
    `xlabel={${escape(figure.xTitle)}}`,
    `ylabel={${escape(figure.yTitle)}}`,
    "width=\\linewidth",
    "height=0.6\\linewidth",
    "grid=major",
    ...(figure.y.kind === "log" ? ["ymode=log"] : []),
    `xmin=${figure.x.low}`,
    `xmax=${figure.x.high}`,
    "legend pos=outer north east",
    "legend cell align=left",
  ];
  const colours = [...new Set(figure.lines.map((line) => line.colour))];
  const defined = colours.map(
    (colour, at) => `\\definecolor{run${at}}{HTML}{${colour.replace("#", "").toUpperCase()}}`,
  );
  const plots = figure.lines.flatMap((line) => {
    const style = [
      `run${colours.indexOf(line.colour)}`,
      `line width=${line.width / 2}pt`,
      ...(line.dash.length > 0 ? ["dashed"] : []),
      ...(line.opacity < 1 ? [`opacity=${line.opacity}`] : []),
      ...(line.named ? [] : ["forget plot"]),
    ];
    // An empty line breaks the path, where a value is no number.
    const points = pieces(line.x, line.y, figure.y).map((piece) =>
      piece.map(([x, y]) => `    ${x} ${y}`).join("\n"),
    );
    const plot = `  \\addplot[${style.join(", ")}] table {\n${points.join("\n\n")}\n  };`;
    return line.named ? [plot, `  \\addlegendentry{${escape(line.label)}}`] : [plot];
  });
  return [
    `% ${figure.url.replace(/[\r\n]/g, " ")}`,
    ...defined,
    "\\begin{tikzpicture}",
    `\\begin{axis}[\n  ${options.join(",\n  ")},\n  unbounded coords=jump,\n  empty line=jump]`,
    ...plots,
    "\\end{axis}",
    "\\end{tikzpicture}",
    "",
  ].join("\n");
}

const SPECIAL: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
};

function escape(text: string): string {
  return text.replace(/[\\~^#$%&_{}]/g, (sign) => SPECIAL[sign] ?? `\\${sign}`);
}
