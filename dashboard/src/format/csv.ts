/** A cell that no spreadsheet takes for a formula, or for two. */
export function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

export const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map(cell).join(',') + '\r\n').join('');
