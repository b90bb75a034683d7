import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Runs something while the disk is full: of each file, only the first characters are written. */
export async function onFullDisk<Result>(run: () => Promise<Result>): Promise<Result> {
  const { writeFile } = promises;
  promises.writeFile = (async (file, data, options) => {
    await writeFile(file, String(data).slice(0, 100), options);
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
  }) as typeof writeFile;
  syncBuiltinESMExports();
  try {
    return await run();
  } finally {
    promises.writeFile = writeFile;
    syncBuiltinESMExports();
  }
}
