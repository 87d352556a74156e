/** Reads QR codes: with the browser's own reader where it has one, else with a library. */
import { isWhole, lettersOf } from './code.ts';

interface Detector {
  detect: (source: ImageBitmapSource) => Promise<{ rawValue: string }[]>;
}
type MakeDetector = new (options: { formats: string[] }) => Detector;

/** More pixels than this say nothing more about a code that fills a good part of the picture. */
const SIDE_MAX = 900;

export type Reader = (source: HTMLVideoElement | ImageBitmap) => Promise<string | undefined>;

/** The letters of a token key in what a code says; codes of anything else are none. */
export function keyIn(text: string | undefined): string | undefined {
  const letters = lettersOf(text ?? '');
  return isWhole(letters) ? letters : undefined;
}

export async function makeReader(): Promise<Reader> {
  const Own = (globalThis as { BarcodeDetector?: MakeDetector & { getSupportedFormats: () => Promise<string[]> } })
    .BarcodeDetector;
  if (Own && (await Own.getSupportedFormats()).includes('qr_code')) {
    const detector = new Own({ formats: ['qr_code'] });
    return async (source) => (await detector.detect(source))[0]?.rawValue;
  }
  const { default: decode } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (source) => {
    const [width, height] = sizeOf(source);
    if (!context || width === 0 || height === 0) return Promise.resolve(undefined);
    const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decode(image));
    } catch {
      // There is no code in this picture.
      return Promise.resolve(undefined);
    }
  };
}

const sizeOf = (source: HTMLVideoElement | ImageBitmap): [number, number] =>
  source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
