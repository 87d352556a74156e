/** Files that go out of the gateway and into it. */
import { Refusal, type Schemas } from './client.ts';
import { apiUrl } from './place.ts';

export type ExportFormat = Schemas['ExportFormat'];
export type ImportReport = Schemas['ImportReport'];

async function fetched(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(apiUrl(path), { credentials: 'same-origin', ...options });
  } catch {
    throw Refusal.unreachable();
  }
  if (response.ok) return response;
  const text = await response.text();
  throw Refusal.of(text === '' ? undefined : JSON.parse(text), response.status);
}

/** The file as the gateway names it. A browser keeps a large one on its disk until it is saved. */
export async function download(path: string, format: ExportFormat): Promise<number> {
  const response = await fetched(`${path}?format=${format}`, { method: 'GET' });
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const file = await response.blob();
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name ?? `export.${format}`;
  link.click();
  URL.revokeObjectURL(url);
  return file.size;
}

export async function importUsage(file: File, isPreview: boolean): Promise<ImportReport> {
  const response = await fetched(`/imports/usage?preview=${isPreview.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: file,
  });
  return (await response.json()) as ImportReport;
}
