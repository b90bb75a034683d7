/**
 * The TypeDoc plugin that makes the documentation site (`npm run docs`): layout, stable addresses, diagrams, search, the playground, Markdown
 * copies and `llms.txt`.
 */
import { Application, JSX, PageEvent, RendererEvent } from 'typedoc';
import { removeUnused, writeAssets } from './assets.mjs';
import { writeCopies } from './copies.mjs';
import { fillIn } from './figures.mjs';
import { extendMarkdown } from './markdown.mjs';
import { arrangeReference } from './reference.mjs';
import { GuideRouter } from './router.mjs';
import { rememberHeadings, writeSearchIndex } from './search-index.mjs';
import { SiteTheme } from './theme.mjs';

/** @param {import('typedoc').Application} app */
export function load(app) {
  const { renderer } = app;
  arrangeReference(app.converter);
  renderer.defineRouter('guides', GuideRouter);
  renderer.defineTheme('site', SiteTheme);
  // TypeDoc reads its options once more after the plugins: what is set earlier is lost.
  app.on(Application.EVENT_BOOTSTRAP_END, () => app.options.setValue('markdownItLoader', extendMarkdown));

  renderer.on(RendererEvent.BEGIN, ({ project }) => {
    const texts = [project.readme ?? [], ...(project.documents ?? []).map(({ content }) => content)].flat();
    for (const part of texts) if (part.kind === 'text') part.text = fillIn(part.text);
    renderer.postRenderAsyncJobs.push(async ({ outputDirectory }) => {
      writeSearchIndex(app, project, outputDirectory);
      writeCopies(app, project, outputDirectory);
      await writeAssets(outputDirectory);
    });
  });

  renderer.on(RendererEvent.END, ({ outputDirectory }) => removeUnused(outputDirectory));

  renderer.hooks.on('head.end', (context) => {
    if (context.page.url !== 'playground.html') return JSX.createElement(JSX.Fragment, null);
    const [style, script] = ['assets/playground.css', 'assets/playground.js'].map((path) => context.relativeURL(path, true));
    return JSX.createElement(
      JSX.Fragment,
      null,
      JSX.createElement('link', { rel: 'stylesheet', href: style }),
      JSX.createElement('script', { type: 'module', src: script }),
    );
  });

  renderer.on(PageEvent.END, (page) => {
    rememberHeadings(page);
    const { theme } = renderer;
    if (page.contents && theme instanceof SiteTheme) page.contents = withIcons(accessible(page.contents), theme.icons);
  });
}

/**
 * Puts the icons that a page uses into it. In a file of their own they would be missing without a server: there, a page may not refer to
 * parts of another file.
 *
 * @param {string} html
 * @param {SiteTheme['icons']} icons
 */
function withIcons(html, icons) {
  const reference = /href="[^"]*icons\.svg#icon-(\w+)"/g;
  const used = new Set([...html.matchAll(reference)].map(([, name = '']) => name));
  const symbols = [...used].map((name) => {
    const icon = /** @type {Record<string, () => import('typedoc').JSX.Element>} */ (/** @type {unknown} */ (icons))[name]?.();
    return icon
      ? JSX.renderElement(JSX.createElement('symbol', { .../** @type {any} */ (icon.props), id: `icon-${name}` }, icon.children))
      : '';
  });
  const sprite = `<svg class="wb-icons" aria-hidden="true">${symbols.join('')}</svg>`;
  return html.replace(reference, 'href="#icon-$1"').replace('</body>', `${sprite}</body>`);
}

/**
 * Fixes what screen readers and keyboards cannot use in TypeDoc's own templates.
 *
 * @param {string} html
 */
function accessible(html) {
  return (
    html
      // A summary is a button, and a button must not contain a link.
      .replace(/<summary[\s\S]*?<\/summary>/g, (summary) => summary.replace(/<a [^>]*class="tsd-anchor-icon"[^>]*>[\s\S]*?<\/a>/g, ''))
      // Lists and not words that happen to stand in a heading.
      .replaceAll('<h5 class="tsd-index-heading uppercase">', '<h2 class="tsd-index-heading">')
      .replaceAll(/(<h2 class="tsd-index-heading">[^<]*)<\/h5>/g, '$1</h2>')
  );
}
