// Builds elements; text is always text, never markup.

type Children = (Node | string | null)[];
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Children
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (typeof value === 'string') made.setAttribute(name, value);
    else if (value) made.setAttribute(name, '');
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Strokes on a field of 16 by 16. */
const icons = {
  copy: 'M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  insert: 'M2.5 3.5h11M2.5 12.5h11M8 5.5v5M5.8 8.4L8 10.6l2.2-2.2',
  stop: 'M4 4h8v8H4z',
  send: 'M8 13V3.5M4 7.5l4-4 4 4',
  file: 'M4 2.5h5.5L12.5 5.5v8H4zM9.2 2.5v3.3h3.3',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M9.5 3.5L5 8l4.5 4.5',
  trash: 'M3 4.5h10M6.2 4.5v-2h3.6v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4',
  warning: 'M8 2.5l6 11H2zM8 6.8v3M8 11.6v.2',
} as const;

export type IconName = keyof typeof icons;

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}

/** An icon alone always has its words for the pointer and for the screen reader. */
export function iconButton(name: IconName, label: string, click: () => void): HTMLButtonElement {
  return element('button', { type: 'button', class: 'quiet', 'aria-label': label, title: label, click }, icon(name));
}
