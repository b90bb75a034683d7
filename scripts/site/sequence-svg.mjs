/**
 * Draws a sequence diagram in mermaid's notation as SVG, at build time and without a browser: participants, actors, arrows, messages to
 * oneself and notes. Code hosts draw the same source themselves.
 *
 * Colours are classes that the style sheet fills with the page's variables, so one drawing serves light and dark. It contains no id, style
 * or font, so several fit on a page. A line that cannot be read is an error and never a wrong picture.
 */
import { CHARACTER, drawText, escapeXml, LINE, wrap } from './svg.mjs';

const HEAD = { top: 4, height: 28 };
/** Room beside the outermost lifelines: half a head. */
const MARGIN = 62;

/**
 * @typedef {object} Participant
 * @property {string} id
 * @property {string} label
 * @property {boolean} isPerson
 */

/**
 * @typedef {object} Step
 * @property {'message' | 'note'} kind
 * @property {number} from index of a participant
 * @property {number} to
 * @property {boolean} isResponse
 * @property {string} text
 */

/**
 * @param {string} source
 * @param {{ readonly title: string, readonly gap?: number }} options `gap`: pixels between lifelines
 * @returns {string} a `<figure>`
 */
export function sequenceSvg(source, { title, gap = 156 }) {
  const { participants, steps } = parse(source);
  const margin = Math.max(MARGIN, gap / 2);
  /** @param {number} index */
  const x = (index) => margin + index * gap;
  const width = margin * 2 + (participants.length - 1) * gap;
  const drawn = [];
  let y = HEAD.top + HEAD.height + 20;
  for (const step of steps) {
    const { svg, height } = step.kind === 'note' ? drawNote(step, x, y, gap, width) : drawMessage(step, x, y, gap);
    drawn.push(svg);
    y += height;
  }
  const heads = participants.map(({ label, isPerson }, index) => drawHead(label, isPerson, x(index), y, gap));
  const spoken = steps.map(({ kind, from, to, text }) => {
    return kind === 'note' ? text : `${participants[from]?.label} to ${participants[to]?.label}: ${text}`;
  });
  const label = escapeXml(`${title}. ${spoken.join('; ')}`);
  const size = `viewBox="0 0 ${width} ${y + 4}" width="${width}" height="${y + 4}"`;
  return `<figure class="wb-sequence"><div class="wb-scroll"><svg role="img" aria-label="${label}" ${size}>${heads.join('')}${drawn.join('')}</svg></div></figure>\n`;
}

/** @param {string} source */
export function parse(source) {
  /** @type {Participant[]} */
  const participants = [];
  /** @type {Step[]} */
  const steps = [];
  /** @param {string} id @param {string} label @param {boolean} isPerson */
  const indexOf = (id, label = id, isPerson = false) => {
    const known = participants.findIndex((participant) => participant.id === id);
    return known === -1 ? participants.push({ id, label, isPerson }) - 1 : known;
  };
  for (const raw of source.split('\n')) {
    const line = raw.trim();
    const declared = /^(participant|actor)\s+(\S+)(?:\s+as\s+(.+))?$/.exec(line);
    const note = /^Note over\s+([^:]+):\s*(.+)$/i.exec(line);
    const message = /^(\S+?)\s*(-{1,2}>>)\s*(\S+?)\s*:\s*(.+)$/.exec(line);
    if (line === '' || line === 'sequenceDiagram' || line.startsWith('%%')) continue;
    if (declared) indexOf(declared[2] ?? '', declared[3] ?? declared[2], declared[1] === 'actor');
    else if (note) {
      const over = (note[1] ?? '').split(',').map((id) => indexOf(id.trim()));
      steps.push({ kind: 'note', from: Math.min(...over), to: Math.max(...over), isResponse: false, text: note[2] ?? '' });
    } else if (message) {
      const [, from = '', arrow, to = '', text = ''] = message;
      steps.push({ kind: 'message', from: indexOf(from), to: indexOf(to), isResponse: arrow === '-->>', text });
    } else throw new Error(`a sequence diagram has a line that cannot be drawn: "${line}"`);
  }
  return { participants, steps };
}

/** @param {string} label @param {boolean} isPerson @param {number} x @param {number} bottom @param {number} gap */
function drawHead(label, isPerson, x, bottom, gap) {
  const width = Math.min(gap - 8, Math.max(60, label.length * 7.2 + 18));
  const { top, height } = HEAD;
  const box = `<rect class="wb-head" x="${x - width / 2}" y="${top}" width="${width}" height="${height}" rx="${isPerson ? height / 2 : 6}"/>`;
  const life = `<path class="wb-life" d="M${x} ${top + height}V${bottom}"/>`;
  return `${life}${box}<text class="wb-name" x="${x}" y="${top + 18.5}" text-anchor="middle">${escapeXml(label)}</text>`;
}

/** @param {Step} step @param {(index: number) => number} x @param {number} y @param {number} gap @param {number} width */
function drawNote({ from, to, text }, x, y, gap, width) {
  const lines = wrap(text, Math.max(gap, (to - from + 1) * gap) - 30);
  const wide = Math.min(Math.max(...lines.map((line) => line.length)) * CHARACTER + 22, width - 8);
  const center = Math.min(Math.max((x(from) + x(to)) / 2, wide / 2 + 4), width - wide / 2 - 4);
  const height = lines.length * LINE + 9;
  const box = `<rect class="wb-note" x="${center - wide / 2}" y="${y - 6}" width="${wide}" height="${height}" rx="4"/>`;
  return { svg: box + drawText(lines, center, y + 9), height: height + 14 };
}

/** @param {Step} step @param {(index: number) => number} x @param {number} y @param {number} gap */
function drawMessage({ from, to, isResponse, text }, x, y, gap) {
  const [start, end] = [x(from), x(to)];
  const style = `wb-arrow${isResponse ? ' wb-response' : ''}`;
  if (from === to) {
    const lines = wrap(text, gap - 34);
    const loop = `<path class="${style}" d="M${start} ${y - 4}h24v18h-18"/>${drawTip(start, y + 14, -1)}`;
    return { svg: loop + drawText(lines, start + 32, y + 6, 'start'), height: Math.max(36, lines.length * LINE + 14) };
  }
  const lines = wrap(text, Math.abs(to - from) * gap - 20);
  const at = y + (lines.length - 1) * LINE + 7;
  const direction = end > start ? 1 : -1;
  const line = `<path class="${style}" d="M${start} ${at}H${end - direction * 7}"/>${drawTip(end, at, direction)}`;
  return { svg: drawText(lines, (start + end) / 2, y) + line, height: at - y + 22 };
}

/** @param {number} x @param {number} y @param {1 | -1 | number} direction */
function drawTip(x, y, direction) {
  return `<path class="wb-tip" d="M${x} ${y}l${-direction * 8}-4v8z"/>`;
}
