/**
 * Draws the flowcharts of the guides as SVG, from left to right, in the page's colours: boxes, queues and stores, joined by arrows.
 *
 * It reads the part of Mermaid that the guides use, so that a code host draws the same source: `a[text]`, `a[[queue]]`, `a[(store)]`,
 * `a & b -->|label| c`. A line that it cannot read is an error, and not a wrong picture.
 */
import { CHARACTER, drawText, escapeXml, LINE, wrap } from './svg.mjs';

const BOX = { height: 34, gap: 26, padding: 12, widest: 132 };
/** Between two columns, beside the widest label there. */
const SPACE = 52;
const LABEL = 118;
/** Wider ones scroll on a phone: scaled to its width they could not be read. */
const NARROW = 576;

/**
 * @typedef {object} Box
 * @property {string} id
 * @property {readonly string[]} lines none for the bend of an arrow that passes a column
 * @property {'box' | 'queue' | 'store' | 'bend'} shape
 * @property {number} column
 * @property {number} x of its left edge
 * @property {number} y of its middle
 */

/** @typedef {{ readonly from: string, readonly to: string, labels: string[] }} Arrow */

/** @param {string} source @param {{ readonly title: string }} options */
export function flowSvg(source, { title }) {
  const { boxes, arrows } = parseFlow(source);
  place(boxes, arrows);
  const { routes, columns } = route(boxes, arrows);
  const { width, height } = arrange(columns, arrows, boxes);
  const spoken = arrows.map(({ from, to, labels }) => {
    return `${textOf(boxes, from)} to ${textOf(boxes, to)}${labels.length > 0 ? `: ${labels.join(', ')}` : ''}`;
  });
  const drawn = [...routes.map(drawArrow), ...routes.map((_, at) => drawLabels(routes, arrows, at)), ...[...boxes.values()].map(drawBox)];
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  const label = escapeXml(`${title}. ${spoken.join('; ')}`);
  return `<figure class="wb-sequence${width > NARROW ? ' wb-wide-figure' : ''}"><div class="wb-scroll"><svg role="img" aria-label="${label}" ${size}>${drawn.join('')}</svg></div></figure>\n`;
}

/** @param {string} source */
export function parseFlow(source) {
  /** @type {Map<string, Box>} */
  const boxes = new Map();
  /** @type {Arrow[]} */
  const arrows = [];
  const [head, ...lines] = source.split('\n').map((line) => line.trim());
  if (head !== 'flowchart LR') throw unreadable(head ?? '');
  for (const line of lines) {
    if (line === '' || line.startsWith('%%')) continue;
    const [first = '', ...steps] = line.split(/\s*-->\s*/);
    let from = namesIn(first, boxes, line);
    for (const step of steps) {
      const [, label, rest = ''] = /^(?:\|([^|]+)\|\s*)?(.+)$/.exec(step) ?? [];
      const to = namesIn(rest, boxes, line);
      for (const a of from) for (const b of to) join(arrows, a, b, label);
      from = to;
    }
  }
  return { boxes, arrows };
}

/** Two arrows between the same boxes are one, with both labels. @param {Arrow[]} arrows @param {string} from @param {string} to @param {string} [label] */
function join(arrows, from, to, label) {
  let arrow = arrows.find((known) => known.from === from && known.to === to);
  if (!arrow) {
    arrow = { from, to, labels: [] };
    arrows.push(arrow);
  }
  if (label) arrow.labels.push(label);
}

/** @param {string} text @param {Map<string, Box>} boxes @param {string} line */
function namesIn(text, boxes, line) {
  return text.split(/\s+&\s+/).map((part) => {
    const [, id = '', open, label = ''] = /^(\w+)(?:(\[\[|\[\(|\[)([^[\]()]+?)(?:\]\]|\)\]|\]))?$/.exec(part) ?? [];
    if (id === '') throw unreadable(line);
    if (open !== undefined || !boxes.has(id)) {
      const shape = open === '[[' ? 'queue' : open === '[(' ? 'store' : 'box';
      boxes.set(id, { id, lines: wrap(label || id, BOX.widest), shape, column: 0, x: 0, y: 0 });
    }
    return id;
  });
}

/** The column of a box is one more than that of every box before it. @param {Map<string, Box>} boxes @param {readonly Arrow[]} arrows */
function place(boxes, arrows) {
  for (let round = 0, isDone = false; !isDone; round += 1) {
    if (round > boxes.size) throw new Error('a flowchart has a circle, which cannot be drawn');
    isDone = true;
    for (const { from, to } of arrows) {
      const [a, b] = [boxes.get(from), boxes.get(to)];
      if (!a || !b || b.column > a.column) continue;
      b.column = a.column + 1;
      isDone = false;
    }
  }
}

/**
 * The boxes and bends that each arrow leads through, and those of each column.
 *
 * @param {Map<string, Box>} boxes
 * @param {readonly Arrow[]} arrows
 */
function route(boxes, arrows) {
  const last = Math.max(...[...boxes.values()].map(({ column }) => column));
  const columns = Array.from({ length: last + 1 }, (_, at) => [...boxes.values()].filter(({ column }) => column === at));
  const routes = arrows.map(({ from, to }) => {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    if (!a || !b) throw new Error('an arrow of a flowchart leads to nothing');
    const bends = Array.from({ length: b.column - a.column - 1 }, (_, at) => {
      /** @type {Box} */
      const bend = { id: '', lines: [], shape: 'bend', column: a.column + 1 + at, x: 0, y: 0 };
      // Above the others, as the targets of long arrows stand first in the sources.
      columns[bend.column]?.unshift(bend);
      return bend;
    });
    return [a, ...bends, b];
  });
  return { routes, columns };
}

/** @param {readonly Box[][]} columns @param {readonly Arrow[]} arrows @param {Map<string, Box>} boxes */
function arrange(columns, arrows, boxes) {
  const heights = columns.map((column) => column.length * (BOX.height + BOX.gap) - BOX.gap);
  const height = Math.max(...heights) + 28;
  let x = 2;
  for (const [at, column] of columns.entries()) {
    const width = Math.max(...column.map(widthOf));
    for (const [index, box] of column.entries()) {
      box.x = x + (width - widthOf(box)) / 2;
      box.y = height / 2 - (heights[at] ?? 0) / 2 + index * (BOX.height + BOX.gap) + BOX.height / 2;
    }
    const labels = arrows.filter(({ to }) => boxes.get(to)?.column === at + 1).flatMap((arrow) => wrapped(arrow.labels));
    x += width + SPACE + Math.max(0, ...labels.map((line) => line.length * CHARACTER));
  }
  const last = columns.at(-1)?.map((box) => box.x + widthOf(box)) ?? [];
  return { width: Math.ceil(Math.max(...last)) + 2, height: Math.ceil(height) };
}

/** @param {Box} box */
function widthOf({ lines, shape }) {
  return shape === 'bend' ? 0 : Math.max(...lines.map((line) => line.length)) * CHARACTER + 2 * BOX.padding;
}

/** @param {readonly string[]} labels */
function wrapped(labels) {
  return labels.flatMap((label) => wrap(label, LABEL));
}

/** @param {Box} box */
function drawBox(box) {
  const { x, y, lines, shape } = box;
  const [width, height] = [widthOf(box), BOX.height];
  const top = y - height / 2;
  const radius = shape === 'store' ? height / 2 : 5;
  const bars = shape === 'queue' ? `<path class="wb-life" d="M${x + 6} ${top}v${height}M${x + width - 6} ${top}v${height}"/>` : '';
  const rect = `<rect class="wb-head" x="${x}" y="${top}" width="${width}" height="${height}" rx="${radius}"/>`;
  return rect + bars + drawText(lines, x + width / 2, y + 4.5 - ((lines.length - 1) * LINE) / 2);
}

/** @param {readonly Box[]} path */
function drawArrow(path) {
  const points = path.map((box, at) => [at === 0 ? box.x + widthOf(box) : box.x, box.y]);
  let line = '';
  for (const [at, [x = 0, y = 0]] of points.entries()) {
    const [beforeX = x, beforeY = y] = points[at - 1] ?? [];
    const end = at === points.length - 1 ? x - 7 : x;
    const middle = (beforeX + end) / 2;
    line += at === 0 ? `M${x} ${y}` : `C${middle} ${beforeY} ${middle} ${y} ${end} ${y}`;
  }
  const [x, y] = points.at(-1) ?? [];
  return `<path class="wb-arrow" d="${line}"/><path class="wb-tip" d="M${x} ${y}l-8-4v8z"/>`;
}

/**
 * The labels of an arrow. Of arrows with the same target and labels only the middle one has them.
 *
 * @param {readonly (readonly Box[])[]} routes
 * @param {readonly Arrow[]} arrows
 * @param {number} at
 */
function drawLabels(routes, arrows, at) {
  const { to, labels = [] } = arrows[at] ?? {};
  const same = arrows.flatMap((arrow, index) => (arrow.to === to && String(arrow.labels) === String(labels) ? [index] : []));
  // Of an arrow that passes columns, the straight part: its last one is close to other arrows.
  const path = routes[at] ?? [];
  const [from, end] = path.length > 2 ? path.slice(1, 3) : path;
  if (labels.length === 0 || !from || !end || same[Math.floor(same.length / 2)] !== at) return '';
  const lines = wrapped(labels);
  // At two thirds of the curve: before that, arrows from one box are too close to each other.
  const start = from.x + widthOf(from);
  const x = start + 0.6 * (end.x - start);
  const y = from.y + 0.72 * (end.y - from.y) + 4 - ((lines.length - 1) * LINE) / 2;
  return `<g class="wb-label">${drawText(lines, x, y)}</g>`;
}

/** @param {Map<string, Box>} boxes @param {string} id */
function textOf(boxes, id) {
  return boxes.get(id)?.lines.join(' ') ?? id;
}

/** @param {string} line */
function unreadable(line) {
  return new Error(`a flowchart has a line that cannot be drawn: "${line}"`);
}
