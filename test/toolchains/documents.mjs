/** What is shipped beside the code, judged by the schemas of its own formats: the OpenAPI document and the bill of materials. And JSR's judgement. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * @param {{ here: string, root: string, installed: string }} folders
 */
export function documentChecks({ here, root, installed }) {
  const require = createRequire(join(here, 'package.json'));
  // By name at run time: this folder has its own node_modules, which the type check of the root does not need.
  const library = (/** @type {string} */ name) => require(name);
  const read = (name) => JSON.parse(readFileSync(join(installed, 'dist', name), 'utf8'));
  return [
    {
      name: 'OpenAPI 3.1, by its schema',
      run: async () => {
        const { Validator } = library('@seriousme/openapi-schema-validator');
        const validator = new Validator();
        const { valid, errors } = await validator.validate(read('contracts/openapi.json'));
        if (!valid) throw new Error(JSON.stringify(errors, null, 2));
        if (validator.version !== '3.1') throw new Error(`read as version ${validator.version}`);
      },
    },
    {
      name: 'OpenAPI 3.1, by Redocly',
      run: async () => {
        const { createConfig, lintFromString } = library('@redocly/openapi-core');
        const config = await createConfig({ extends: ['spec'] });
        const problems = await lintFromString({ source: JSON.stringify(read('contracts/openapi.json')), config });
        if (problems.length > 0) throw new Error(problems.map(({ message, location }) => `${location[0]?.pointer}: ${message}`).join('\n'));
      },
    },
    {
      name: 'CycloneDX 1.6, by its schema',
      run: async () => {
        const { Ajv } = library('ajv');
        const addFormats = library('ajv-formats').default;
        const schema = (name) => JSON.parse(readFileSync(join(here, 'node_modules/@cyclonedx/cyclonedx-library/res/schema', name), 'utf8'));
        const ajv = new Ajv({ strict: false, allErrors: true });
        addFormats(ajv);
        // Addresses in other scripts than Latin: none of ours.
        ajv.addFormat('iri-reference', true);
        ajv.addFormat('idn-email', true);
        for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
          ajv.addSchema({ ...schema(name), $id: `http://cyclonedx.org/schema/${name}` });
        const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
        const sbom = read('sbom.cdx.json');
        const count = sbom.components.length;
        if (!validate(sbom)) throw new Error(JSON.stringify(validate.errors, null, 2));
        if (count < 5) throw new Error(`it has ${count} components only`);
      },
    },
    {
      name: 'JSR: a dry run without slow types',
      run: async () => {
        const env = { ...process.env, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
        const { stdout, stderr } = await promisify(execFile)(
          join(here, 'node_modules/deno/deno'),
          ['publish', '--dry-run', '--allow-dirty'],
          { cwd: root, env },
        );
        const output = `${stdout}${stderr}`;
        // Slow types are an error of this command, unless it is told to allow them.
        if (!output.includes('Simulating publish')) throw new Error(output);
        if (/src\/cli\//.test(output)) throw new Error('the command line would be published');
      },
    },
  ];
}
