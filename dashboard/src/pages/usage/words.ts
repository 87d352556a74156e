import type { Schemas } from '../../api/client.ts';

type Row = Schemas['UsageEntry'];

const KINDS: Record<Row['kind'], string> = { completion: 'Completion', chat: 'Chat', embedding: 'Embedding' };

export const kindOf = (kind: Row['kind']): string => KINDS[kind];

/** How a request ended, as far as the ledger knows. */
export function endOf(row: Row): string {
  if (row.orphan) return 'cut off by a restart, charged by its mark';
  return row.estimated ? 'stopped, counts are an estimate' : 'done';
}
