import { CommentTag, Converter, ReflectionKind } from 'typedoc';

/**
 * Puts the errors, which every surface exports, into a group of their own, and finds the target of `@throws {@link X}` if another entry point
 * exports X.
 *
 * @param {import('typedoc').Converter} converter
 */
export function arrangeReference(converter) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of project.getReflectionsByKind(ReflectionKind.ClassOrInterface | ReflectionKind.TypeAlias)) {
      if (!project.getSymbolIdFromReflection(reflection)?.fileName?.endsWith('/core/errors.ts')) continue;
      reflection.comment?.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: 'Errors' }]));
    }
  });
  // TypeScript reads the braces after `@throws` as a type, so TypeDoc is left with the bare name, which it looks for in one module only.
  converter.addUnknownSymbolResolver((reference, from) => {
    const path = reference.symbolReference?.path?.map((step) => step.path) ?? [];
    if (reference.moduleSource !== undefined || path.length === 0) return undefined;
    const target = (from.project.children ?? [])
      .map((module) => module.getChildByName(path))
      .find((candidate) => candidate !== undefined && !candidate.isReference());
    // TypeDoc accepts the reflection itself as a target, which its declarations do not say; a URL would become wrong with the next rename.
    return target && { target: /** @type {any} */ (target) };
  });
}
