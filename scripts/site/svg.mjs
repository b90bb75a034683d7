/** What the diagrams share: text of a known width, in lines. */

/** Mean width of a character, of the 12 pixels high text. */
export const CHARACTER = 6.4;
export const LINE = 15;

/** @param {readonly string[]} lines @param {number} x @param {number} y @param {string} anchor */
export function drawText(lines, x, y, anchor = 'middle') {
  return lines.map((line, index) => `<text x="${x}" y="${y + index * LINE}" text-anchor="${anchor}">${escapeXml(line)}</text>`).join('');
}

/** @param {string} text @param {number} width in pixels */
export function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line && (line.length + 1 + word.length) * CHARACTER > width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

/** @param {string} text */
export function escapeXml(text) {
  /** @type {Record<string, string>} */
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
