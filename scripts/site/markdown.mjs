import { flowSvg } from './flow-svg.mjs';
import { sequenceSvg } from './sequence-svg.mjs';

/**
 * What TypeDoc's Markdown lacks: diagrams, and boxes in which wide tables and code scroll, so that no page is wider than a phone.
 *
 * @param {any} parser markdown-it, whose types TypeDoc does not export
 */
export function extendMarkdown(parser) {
  const { rules } = parser.renderer;
  const fence = rules.fence;
  rules.fence = (/** @type {any[]} */ tokens, /** @type {number} */ index, /** @type {unknown[]} */ ...rest) => {
    const { info, content } = tokens[index];
    const [language, ...words] = info.trim().split(/\s+/);
    const title = words.join(' ');
    if (language === 'mermaid' && content.startsWith('flowchart')) return flowSvg(content, { title: title || 'Diagram' });
    if (language === 'mermaid')
      return title ? sequenceSvg(content, { title, gap: 112 }) : sequenceSvg(content, { title: 'Sequence diagram' });
    // TypeDoc's button would scroll away with the code; the page's script adds one that does not.
    const html = fence(tokens, index, ...rest).replace(/<button[^>]*>[^<]*<\/button>(?=<\/pre>)/, '');
    return `<div class="wb-code">${html.trimEnd()}</div>\n`;
  };
  rules.table_open = () => '<div class="wb-scroll"><table>\n';
  rules.table_close = () => '</table></div>\n';

  // Guides list their parts for readers on a code host; where the page does so beside the text, the line is hidden.
  parser.core.ruler.push('on-this-page', (/** @type {any} */ state) => {
    state.tokens.forEach((/** @type {any} */ token, /** @type {number} */ index) => {
      if (token.type === 'inline' && token.content.startsWith('On this page:')) state.tokens[index - 1].attrSet('class', 'wb-on-this-page');
    });
  });
}
