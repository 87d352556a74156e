/** Where not all fits, the newest days are in view. */
export const toTheEnd = (box: HTMLDivElement | null) => {
  if (!box) return;
  const show = () => (box.scrollLeft = box.scrollWidth);
  show();
  // A picture has its width once it is there.
  box.querySelector('img')?.addEventListener('load', show, { once: true });
};
