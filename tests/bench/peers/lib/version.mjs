// The version of a peer as it is installed here, or above (effect is the project's own).
import { existsSync, readFileSync } from 'node:fs';
export const versionOf = (pkg) => {
  for (const up of ['../', '../../../../']) {
    const file = new URL(`${up}node_modules/${pkg}/package.json`, import.meta.url);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).version;
  }
  return '?';
};
