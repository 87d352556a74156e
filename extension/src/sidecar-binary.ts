// Where the sidecar program is: named by the user, else inside the extension, else on the PATH.
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { Trouble } from './session';

const NAME = process.platform === 'win32' ? 'token-tracker-sidecar.exe' : 'token-tracker-sidecar';

export type Places = { setting: string; extensionPath: string; searchPath: string };

/** A path that the user named is never replaced by another one that happens to be there. */
export function findSidecar({ setting, extensionPath, searchPath }: Places): string | Trouble {
  if (setting !== '') {
    if (isProgram(setting)) return setting;
    return {
      message: 'The sidecar named in the setting tokenTracker.sidecar.path is not a program that can be run.',
      hint: 'Correct the setting, or empty it to use the sidecar inside the extension.',
    };
  }
  const bundled = path.join(extensionPath, 'bin', NAME);
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const found = [bundled, ...folders.map((folder) => path.join(folder, NAME))].find(isProgram);
  return (
    found ?? {
      message: 'There is no sidecar for this platform inside the extension, and none on the PATH.',
      hint: 'Install token-tracker-sidecar, or name it in the setting tokenTracker.sidecar.path.',
    }
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
