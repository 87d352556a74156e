/** Only the document of this page gets a camera: its address decides when it is loaded, not when it is shown. */
import { basePath } from '../../api/place.ts';

const loaded = performance.getEntriesByType('navigation')[0]?.name ?? location.href;

export const canScanHere = new URL(loaded).pathname === `${basePath}redeem`;

const SCAN = 'scan';

/** Whether this document was loaded for that. */
export const isAskedToScan = new URL(loaded).searchParams.has(SCAN);

export const scanElsewhere = (): void => location.assign(`${basePath}redeem?${SCAN}=1`);
