import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultTheme, DefaultThemeRenderContext, JSX, ReflectionKind } from 'typedoc';
import { chapterOf, nextGuides, siteMenu } from './menus.mjs';

const h = JSX.createElement;

/**
 * What a page may load: its own files. Nothing is fetched, sent or framed, whatever a script on the page does, and no script is inline.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join('; ');

/** Where the sources are, if package.json says so. */
const SOURCES = /https:[^#]+?(?=\.git$|$)/.exec(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).repository?.url ?? '',
)?.[0];

// In the page, because browsers fetch an icon again whenever the address changes.
const ICON = `data:image/svg+xml;base64,${readFileSync(join(import.meta.dirname, 'favicon.svg')).toString('base64')}`;

const TAGLINE =
  "Typed SDK for Amazon's three delivery-notification APIs: Amazon Pay Delivery Tracker, Amazon Shipping NDR and Buy with Prime.";

/** TypeDoc's templates for what is documented, in a page of our own. */
export class SiteTheme extends DefaultTheme {
  /** @override */
  ContextClass = SiteContext;
}

/** The pages. Everything in them works without script, but for search, the playground and the choice of colours. */
class SiteContext extends DefaultThemeRenderContext {
  /**
   * @override
   * @type {DefaultThemeRenderContext['defaultLayout']}
   */
  defaultLayout = (template, page) => {
    const { project } = page;
    const name = page.model.isProject() ? undefined : page.model.name;
    const isFront = page.url === 'index.html';
    const title = isFront || !name ? `waybill: ${isFront ? "Amazon's delivery notifications, typed" : 'reference'}` : `${name} | waybill`;
    /** @param {string} file */
    const asset = (file) => this.relativeURL(`assets/${file}`, true);
    // Before the sidebar, which lists the headings that it finds.
    const content = template(page);
    const isWide = page.url === 'playground.html';
    const layout = `wb-layout${isWide ? ' wb-wide' : ''}${isFront ? ' wb-front' : ''}`;
    return h(
      'html',
      { lang: 'en', 'data-base': this.relativeURL('./') },
      h(
        'head',
        null,
        h('meta', { charset: 'utf-8' }),
        h('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
        h('title', null, title),
        h('meta', { name: 'description', content: isFront || !name ? TAGLINE : `${name}: ${TAGLINE}` }),
        h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        h('link', { rel: 'icon', type: 'image/svg+xml', href: ICON }),
        // Not deferred: a page must not show itself in the wrong colours first.
        h('script', { src: asset('colors.js') }),
        ...['style.css', 'highlight.css', 'site.css'].map((file) => h('link', { rel: 'stylesheet', href: asset(file) })),
        h('script', { defer: true, src: asset('site.js') }),
        this.hook('head.end', this),
      ),
      h(
        'body',
        null,
        h('a', { class: 'wb-skip', href: '#content' }, 'Skip to the content'),
        this.toolbar(page),
        h(
          'div',
          { class: layout },
          h('nav', { class: 'wb-site-menu', id: 'site-menu', 'aria-label': 'Guides and reference' }, siteMenu(this, page)),
          h(
            'main',
            { class: 'wb-content', id: 'content', tabIndex: -1 },
            isFront ? null : this.header(page),
            content,
            page.model.isDocument() ? nextGuides(this, page.model) : null,
          ),
          isWide || isFront ? null : h('aside', { class: 'wb-page-menu', 'aria-label': 'On this page' }, this.pageNavigation(page)),
        ),
        this.#footer(project),
        this.hook('body.end', this),
      ),
    );
  };

  /**
   * @override
   * @type {DefaultThemeRenderContext['toolbar']}
   */
  toolbar = ({ project, url }) => {
    const links = [
      { name: 'Guides', path: 'guides/start.html', isHere: url.startsWith('guides/') },
      { name: 'Playground', path: 'playground.html', isHere: url === 'playground.html' },
      { name: 'Reference', path: 'modules.html', isHere: !url.startsWith('guides/') && !['playground.html', 'index.html'].includes(url) },
    ];
    return h(
      'header',
      { class: 'wb-toolbar' },
      h(
        'a',
        { class: 'wb-brand', href: this.relativeURL('index.html') },
        h('span', { class: 'wb-mark', 'aria-hidden': 'true' }),
        h('span', { class: 'wb-brand-name' }, 'waybill ', h('span', { class: 'wb-version' }, project.packageVersion ?? '')),
      ),
      h(
        'nav',
        { class: 'wb-links', 'aria-label': 'Parts of this site' },
        links.map(({ name, path, isHere }) => h('a', { href: this.relativeURL(path), 'aria-current': isHere ? 'true' : undefined }, name)),
        SOURCES ? h('a', { href: SOURCES }, 'Sources') : null,
      ),
      h('button', { type: 'button', class: 'wb-tool wb-search-open', id: 'search-open', hidden: true }, 'Search', h('kbd', null, '/')),
      h(
        'label',
        { class: 'wb-tool wb-colors' },
        h('span', { class: 'wb-hidden' }, 'Colours'),
        h(
          'select',
          { id: 'colors' },
          h('option', { value: 'os' }, 'Auto'),
          h('option', { value: 'light' }, 'Light'),
          h('option', { value: 'dark' }, 'Dark'),
        ),
      ),
      h(
        'button',
        { type: 'button', class: 'wb-tool wb-menu-open', id: 'menu-open', 'aria-expanded': 'false', 'aria-controls': 'site-menu' },
        'Menu',
      ),
    );
  };

  /**
   * @override
   * @type {DefaultThemeRenderContext['breadcrumbs']}
   */
  breadcrumbs = (reflection) => {
    if (reflection.isProject()) return h(JSX.Fragment, null);
    if (reflection.isDocument()) return h('p', { class: 'wb-breadcrumb' }, chapterOf(this, reflection));
    const path = [];
    for (let at = reflection.parent; at && !at.isProject(); at = at.parent) path.unshift(at);
    const links = path.map((parent) => h(JSX.Fragment, null, ' / ', h('a', { href: this.urlTo(parent) }, parent.name)));
    return h('p', { class: 'wb-breadcrumb' }, h('a', { href: this.relativeURL('modules.html') }, 'Reference'), links);
  };

  /**
   * @override
   * @type {DefaultThemeRenderContext['header']}
   */
  header = (page) => {
    const isReference = page.model.isProject();
    const title = isReference ? 'Reference' : `${ReflectionKind.singularString(page.model.kind)} ${page.model.name}`;
    return h(
      'div',
      { class: 'tsd-page-title' },
      this.breadcrumbs(page.model),
      // A guide has its own.
      page.model.isDocument() ? null : h('h1', null, title, this.reflectionFlags(page.model)),
    );
  };

  /**
   * The start of the reference: what to import from where. TypeDoc's own lists the guides too, without their order.
   *
   * @override
   * @type {DefaultThemeRenderContext['moduleReflection']}
   */
  moduleReflection = (module) => {
    if (!module.isProject()) return usualModule(this)(module);
    const entries = (module.children ?? []).map((entry) => {
      const count = (entry.children ?? []).filter((child) => !child.isReference()).length;
      const names = count === 0 ? 'names of other entry points' : `${count} names`;
      return [
        h('dt', null, h('a', { href: this.urlTo(entry) }, entry.name), h('span', null, ` ${names}`)),
        h('dd', null, this.commentShortSummary(entry)),
      ];
    });
    return h('dl', { class: 'wb-entries' }, entries);
  };

  /** @param {import('typedoc').ProjectReflection} project */
  #footer(project) {
    const lines = [
      'waybill is an independent project. It is not affiliated with, endorsed by or sponsored by Amazon. Amazon, Alexa, Amazon Pay and Buy with',
      'Prime are trademarks of Amazon.com, Inc. or its affiliates.',
    ];
    return h(
      'footer',
      { class: 'wb-footer' },
      h(
        'p',
        null,
        `waybill ${project.packageVersion ?? ''}, Apache-2.0. `,
        h('a', { href: this.relativeURL('llms.txt') }, 'All guides as Markdown'),
      ),
      h('p', null, lines.join(' ')),
    );
  }
}

/**
 * TypeDoc's own list of what an entry point exports. It is a property and no method, so an instance of the base class has it.
 *
 * @param {SiteContext} context
 */
function usualModule({ router, theme, page, options }) {
  return new DefaultThemeRenderContext(router, theme, page, options).moduleReflection;
}
