/**
 * Writes `dist/sbom.cdx.json`: what is inlined into the package, as a CycloneDX bill of materials. A tool that reads `dependencies` finds
 * nothing, because there are none; esbuild's metafiles say what is in the files.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inlinedComponents } from './third-party-notices.mjs';
import { readJson } from './versions.mjs';

/** @param {string} root */
export function writeSbom(root) {
  const { name, version, description, license } = readJson(root, 'package.json');
  const integrity = integrityOf(root);
  const components = inlinedComponents(root).map(({ text, ...component }) => ({ ...describe(component), ...integrity(component) }));
  const subject = { ...describe({ name, version, license }), description };
  const sbom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    // Neither a serial number nor a time: two builds of the same sources are the same bytes.
    metadata: { lifecycles: [{ phase: 'build' }], component: { ...subject, type: 'library' } },
    components,
    dependencies: [
      { ref: subject['bom-ref'], dependsOn: components.map((component) => component['bom-ref']) },
      ...components.map((component) => ({ ref: component['bom-ref'] })),
    ],
  };
  writeFileSync(join(root, 'dist/sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`);
}

/** @param {{ name: string, version: string, license: string }} component */
function describe({ name, version, license }) {
  const scope = /^(@[^/]+)\//.exec(name)?.[1];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope && { group: scope }),
    name: scope ? name.slice(scope.length + 1) : name,
    version,
    licenses: [{ license: { id: license } }],
    purl,
  };
}

/**
 * The hash of each package's tarball, by the lock file.
 *
 * @param {string} root
 */
function integrityOf(root) {
  const { packages } = readJson(root, 'package-lock.json');
  /** @param {{ folder?: string }} component */
  return ({ folder }) => {
    const integrity = folder && packages[folder]?.integrity;
    if (!integrity?.startsWith('sha512-')) return {};
    return { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }] };
  };
}
