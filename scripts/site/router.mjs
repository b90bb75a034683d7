import { basename } from 'node:path';
import { KindRouter } from 'typedoc';

/** Pages of guides are named by their file, so that a better title breaks no link from outside. */
export class GuideRouter extends KindRouter {
  /**
   * @override
   * @param {import('typedoc').Reflection} reflection
   */
  getIdealBaseName(reflection) {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection);
    const file = fileOf(reflection);
    return file === 'playground' ? file : `guides/${file}`;
  }
}

/**
 * The name of the Markdown file that a document was read from, without its ending.
 *
 * @param {import('typedoc').DocumentReflection} document
 */
export function fileOf(document) {
  const path = document.project.files.getReflectionPath(document);
  if (path === undefined) throw new Error(`the document "${document.name}" was read from no file`);
  return basename(path, '.md');
}
