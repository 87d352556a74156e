// Answers `tokenTracker/secret`: the editor's own secret store, used where the system has no keyring.
import type { SecretStorage } from 'vscode';
import type { SecretParams, SecretResult } from './generated/protocol';

/** Nothing but the credential of a device is asked for, and it stays under our own name. */
export async function answerSecret(store: SecretStorage, { op, name, value }: SecretParams): Promise<SecretResult> {
  const key = `tokenTracker.${name}`;
  switch (op) {
    case 'get':
      return { value: await store.get(key) };
    case 'set':
      if (value === undefined) throw new Error('A secret that is to be kept needs a value.');
      await store.store(key, value);
      return {};
    case 'delete':
      await store.delete(key);
      return {};
  }
}
