/**
 * A TypeDoc plugin: finds the target of `@throws {@link X}` where X is exported by another entry point.
 *
 * TypeScript reads the braces after `@throws` as a type, so TypeDoc is left with the bare name, which it looks for in one module only.
 *
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.addUnknownSymbolResolver((reference, from) => {
    const path = reference.symbolReference?.path?.map((step) => step.path) ?? [];
    if (reference.moduleSource !== undefined || path.length === 0) return undefined;
    const target = (from.project.children ?? [])
      .map((module) => module.getChildByName(path))
      .find((candidate) => candidate !== undefined && !candidate.isReference());
    // TypeDoc takes the reflection itself as a target, which its declarations do not say; a URL would be left to age.
    return target && { target: /** @type {any} */ (target) };
  });
}
