// Writes a figure as SVG: text stays text, lines stay lines, and it is always on white.

import { pieces, tickLabel, type Figure } from "./figure.ts";

const WIDTH = 720;
const HEIGHT = 420;
const ROW = 18;
const BOX = { left: 64, top: 40, right: 20, bottom: 50 };
const FONT = "Inter, 'Helvetica Neue', Arial, sans-serif";

/** The figure as a document of its own. */
export function svgOf(figure: Figure): string {
  const legend = legendRows(figure);
  const height = HEIGHT + legend.length * ROW + (legend.length > 0 ? 8 : 0);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="${FONT}" font-size="12" fill="#1b2430">`,
    `<title>${escape(figure.title)}</title>`,
    metadata(figure),
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${BOX.left}" y="24" font-size="15" font-weight="600">${escape(figure.title)}</text>`,
    axes(figure),
    `<clipPath id="box"><rect x="${BOX.left}" y="${BOX.top}" width="${inner.width}" height="${inner.height}"/></clipPath>`,
    `<g clip-path="url(#box)">${areas(figure)}${lines(figure)}</g>`,
    marks(figure),
    ...legend,
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

const inner = { width: WIDTH - BOX.left - BOX.right, height: HEIGHT - BOX.top - BOX.bottom };
const atX = (figure: Figure, x: number) => round(BOX.left + figure.x.at(x) * inner.width);
const atY = (figure: Figure, y: number) => round(BOX.top + (1 - figure.y.at(y)) * inner.height);
const round = (value: number) => Math.round(value * 100) / 100;

function metadata(figure: Figure): string {
  return [
    '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">',
    `<rdf:Description><dc:title>${escape(figure.title)}</dc:title><dc:source>${escape(figure.url)}</dc:source></rdf:Description>`,
    "</rdf:RDF></metadata>",
  ].join("");
}

function axes(figure: Figure): string {
  const bottom = BOX.top + inner.height;
  const right = BOX.left + inner.width;
  const parts: string[] = [];
  for (const tick of figure.y.ticks(6)) {
    const y = atY(figure, tick);
    parts.push(`<path d="M${BOX.left} ${y}H${right}" stroke="#e4e8ee"/>`);
    parts.push(`<text x="${BOX.left - 8}" y="${y + 4}" text-anchor="end">${tickLabel(tick)}</text>`);
  }
  for (const tick of figure.x.ticks(8)) {
    const x = atX(figure, tick);
    parts.push(`<path d="M${x} ${bottom}v5" stroke="#8490a0"/>`);
    parts.push(`<text x="${x}" y="${bottom + 18}" text-anchor="middle">${escape(figure.xLabel(tick))}</text>`);
  }
  parts.push(`<path d="M${BOX.left} ${BOX.top}V${bottom}H${right}" fill="none" stroke="#8490a0"/>`);
  const middle = BOX.left + inner.width / 2;
  parts.push(`<text x="${middle}" y="${bottom + 38}" text-anchor="middle">${escape(figure.xTitle)}</text>`);
  const height = BOX.top + inner.height / 2;
  parts.push(
    `<text transform="translate(16 ${height}) rotate(-90)" text-anchor="middle">${escape(figure.yTitle)}</text>`,
  );
  return parts.join("\n");
}

function path(figure: Figure, points: [number, number][]): string {
  return points.map(([x, y], at) => `${at ? "L" : "M"}${atX(figure, x)} ${atY(figure, y)}`).join("");
}

function lines(figure: Figure): string {
  const drawn = figure.lines.map((line) => {
    const found = pieces(line.x, line.y, figure.y);
    const d = found.map((piece) => path(figure, piece)).join("");
    const style = [
      `stroke="${line.colour}" stroke-width="${line.width}"`,
      line.dash.length > 0 ? ` stroke-dasharray="${line.dash.join(" ")}"` : "",
      line.opacity < 1 ? ` stroke-opacity="${line.opacity}"` : "",
    ].join("");
    // A point between two gaps has no line: a dot shows that it is there.
    const lone = found.filter((piece) => piece.length === 1).map(([point]) => point!);
    const dots = lone.map(
      ([x, y]) => `<circle cx="${atX(figure, x)}" cy="${atY(figure, y)}" r="2" fill="${line.colour}"/>`,
    );
    return `<path d="${d}" fill="none" stroke-linejoin="round" ${style}><title>${escape(line.label)}</title></path>${dots.join("")}`;
  });
  return drawn.join("\n");
}

function areas(figure: Figure): string {
  const drawn = figure.areas.map(({ x, low, high, colour }) => {
    const points = x.map((place, at): [number, number] => [place, high[at]!]);
    const back = x.map((place, at): [number, number] => [place, low[at]!]).reverse();
    const d = path(figure, [...points, ...back]);
    return `<path d="${d}Z" fill="${colour}" fill-opacity="0.18" stroke="none"/>`;
  });
  return drawn.join("\n");
}

function marks(figure: Figure): string {
  const bottom = BOX.top + inner.height;
  const drawn = figure.marks.map(({ x, label }, at) => {
    const place = atX(figure, x);
    const tick = `<path d="M${place} ${bottom}v-9" stroke="#c62222" stroke-width="2"/>`;
    const beside = place > WIDTH / 2 ? `x="${place - 6}" text-anchor="end"` : `x="${place + 6}"`;
    return at === 0
      ? `${tick}<text ${beside} y="${bottom - 12}" fill="#c62222">${escape(label)}</text>`
      : tick;
  });
  return drawn.join("\n");
}

/** Three names in a row. */
function legendRows(figure: Figure): string[] {
  const named = figure.lines.filter((line) => line.named);
  const width = inner.width / 3;
  return named.reduce<string[]>((rows, line, at) => {
    const x = BOX.left + (at % 3) * width;
    const y = HEIGHT + Math.floor(at / 3) * ROW + 8;
    const dash = line.dash.length > 0 ? ` stroke-dasharray="${line.dash.join(" ")}"` : "";
    const label = line.label.length > 30 ? `${line.label.slice(0, 29)}…` : line.label;
    const entry = `<path d="M${x} ${y - 4}h20" stroke="${line.colour}" stroke-width="2"${dash}/><text x="${x + 26}" y="${y}">${escape(label)}</text>`;
    const row = Math.floor(at / 3);
    rows[row] = (rows[row] ?? "") + entry;
    return rows;
  }, []);
}

/** Text that may stand in XML, which has no word for most control characters. */
function escape(text: string): string {
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd").replace(/[&<>"]/g, (sign) => named[sign]!);
}
