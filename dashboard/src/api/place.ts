/** Where the gateway is: the path that it is reached under, which it writes into the page. */

const meta = document.querySelector<HTMLMetaElement>('meta[name="token-tracker-path"]');

/** Begins and ends with a slash. */
export const basePath = meta?.content ?? '/';

/** How others reach this gateway, without a slash at its end. */
export const gatewayUrl = `${location.origin}${basePath}`.replace(/\/$/, '');

export const apiUrl = (path: string): string => `${basePath}api/v1${path}`;
